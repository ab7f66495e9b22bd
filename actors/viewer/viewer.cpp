#include "actors/viewer/viewer.hpp"

#include "actors/shared/log.hpp"
#include "messages/clock.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace camnode {

namespace {

using namespace std::chrono_literals;

constexpr caf::timespan first_back_off = 100ms;

/// Short, so that a camera that is back is on disk within 3 s; a try costs a
/// few packets.
constexpr caf::timespan last_back_off = 1s;

/// A connection that lasted for this was well.
constexpr int64_t healthy_ns = 2'000'000'000;

constexpr auto beat_interval = 1s;

std::string address_of(const server_info& x) {
  return x.ip + ":" + std::to_string(x.port);
}

} // namespace

viewer::viewer(caf::actor_config& cfg, const actor_context& context,
               io_thread& io, viewer_parts parts, server_info server)
  : observed(cfg, context),
    io_(io),
    parts_(std::move(parts)),
    server_(std::move(server)),
    back_off_(first_back_off),
    misnumbered_(parts_.board->look().misnumbered) {
}

viewer::behavior_type viewer::make_behavior() {
  connect();
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](const server_info& x) {
      auto moved = x.ip != server_.ip || x.port != server_.port
                   || x.epoch != server_.epoch;
      server_ = x;
      if (moved || !connected_) {
        back_off_ = first_back_off;
        connect();
      }
    },
    [this](const stream_event& x) { on_event(x); },
    [this](retry_atom, uint64_t attempt) {
      if (attempt == attempt_)
        connect();
    },
    [this](beat_atom) {
      show_figures();
      delayed_send(this, beat_interval, beat_atom_v);
    },
  };
}

void viewer::connect() {
  connection_.reset();
  connected_ = false;
  ++attempt_;
  parts_.board->update([](viewer_figures& f) { ++f.connections; });
  show("connecting to " + address_of(server_));
  // Weak, as the actor owns the connection that owns these.
  auto self = caf::actor_cast<caf::weak_actor_ptr>(
    caf::actor_cast<caf::strong_actor_ptr>(ctrl()));
  auto tell = [self, attempt = attempt_](stream_event x) {
    x.connection = attempt;
    if (auto strong = self.lock())
      caf::anon_send(caf::actor_cast<viewer_actor>(strong), std::move(x));
  };
  stream_connection_options options;
  options.ip = server_.ip;
  options.port = server_.port;
  options.expect_http = !server_.legacy;
  options.want_past = parts_.want_past();
  options.stall_deadline = stall_deadline();
  connection_ = std::make_unique<stream_connection>(
    io_, parts_.intake, std::move(options),
    stream_connection_events{
      [tell](bool legacy) {
        tell({0, stream_event::kind::connected, legacy, {}});
      },
      [tell](std::string reason) {
        tell({0, stream_event::kind::disconnected, false, std::move(reason)});
      }});
}

std::chrono::milliseconds viewer::stall_deadline() const {
  // Three frames of a slow camera, but never less than 2 s.
  auto period_ms = server_.rate_mhz == 0 ? 0 : 1'000'000 / server_.rate_mhz;
  return std::max(2000ms, std::chrono::milliseconds(3 * period_ms));
}

void viewer::on_event(const stream_event& x) {
  if (x.connection != attempt_)
    return;
  if (x.what == stream_event::kind::disconnected)
    return retry_later(x.reason);
  connected_ = true;
  connected_ns_ = client_clock_ns();
  parts_.board->update([&](viewer_figures& f) {
    f.connected = true;
    f.legacy = x.legacy;
  });
  log(told_ ? log_level::debug : log_level::info, who(), "receiving from ",
      address_of(server_), x.legacy ? " (legacy)" : "");
  show(x.legacy ? "receiving (legacy)" : "receiving");
}

void viewer::retry_later(const std::string& reason) {
  connection_.reset();
  // A server that ends each connection at once is not back.
  if (connected_ && client_clock_ns() - connected_ns_ >= healthy_ns) {
    told_ = false;
    back_off_ = first_back_off;
  }
  connected_ = false;
  // Once per outage, however many tries it takes.
  log(std::exchange(told_, true) ? log_level::debug : log_level::warning, who(),
      address_of(server_), ": ", reason, "; trying again until it answers");
  parts_.board->update([&](viewer_figures& f) {
    f.connected = false;
    f.last_error = reason;
  });
  show_error(reason);
  show("waiting to connect: " + reason);
  delayed_send(this, back_off_, retry_atom_v, attempt_);
  back_off_ = std::min(back_off_ * 2, last_back_off);
}

void viewer::show(const std::string& state) {
  show_state(state);
  parts_.board->update([&](viewer_figures& f) {
    f.state = state;
    f.connected = connected_;
  });
}

void viewer::show_figures() {
  auto x = parts_.board->look();
  if (auto n = x.misnumbered - std::exchange(misnumbered_, x.misnumbered))
    log_warning(who(), "dropped ", n,
                " frames: no camera can have come to their numbers");
  if (connected_)
    show_state("receiving, " + std::to_string(x.frames) + " frames");
}

void viewer::on_exit() {
  connection_.reset();
  parts_.board->update([](viewer_figures& f) {
    f.connected = false;
    f.state = "restarting";
  });
}

} // namespace camnode
