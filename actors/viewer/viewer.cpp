#include "actors/viewer/viewer.hpp"

#include "actors/base/log.hpp"
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

/// Where a server costs too much.
constexpr caf::timespan first_waste_rest = 1s;
constexpr caf::timespan last_waste_rest = 60s;

/// A server that has cost too much is trusted again after this.
constexpr int64_t trusted_again_ns = 60'000'000'000;

/// How long after a loss it is a concern.
constexpr int64_t concern_ns = 10'000'000'000;

constexpr auto beat_interval = 1s;

/// For how long an attempt is left alone, whatever is announced: without end,
/// a flood of announcements would let none come to anything.
constexpr int64_t undisturbed_ns = 1'000'000'000;

/// How often somebody is looked for at an address that did not prove right.
constexpr int64_t trial_interval_ns = 10'000'000'000;

/// How long an alarm outlives the claim that it is about: people are to see it.
constexpr int64_t alarm_ns = 60'000'000'000;

} // namespace

viewer::viewer(caf::actor_config& cfg, const actor_context& context,
               io_thread& io, viewer_parts parts, server_info server)
  : observed(cfg, context),
    io_(io),
    parts_(std::move(parts)),
    server_(std::move(server)),
    addresses_(address_of(server_),
               {parts_.board->look().ip, parts_.board->look().port}),
    back_off_(first_back_off),
    misnumbered_(parts_.board->look().misnumbered) {
}

viewer::behavior_type viewer::make_behavior() {
  connect();
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](const server_info& x) { take_news(x); },
    [this](const stream_event& x) { on_event(x); },
    [this](retry_atom, uint64_t attempt) {
      if (attempt == attempt_ && !connected_)
        connect();
    },
    [this](beat_atom) {
      beat();
      delayed_send(this, beat_interval, beat_atom_v);
    },
  };
}

void viewer::take_news(const server_info& x) {
  server_ = x;
  addresses_.announce(address_of(x));
  if (connected_)
    return try_claim();
  if (waste_rest_.count() > 0)
    return; // It is given a rest.
  if (connection_ && addresses_.current() == addresses_.announced())
    return; // It is being tried.
  // Announcements may come at any rate.
  auto least_ns = connection_ ? undisturbed_ns : first_back_off.count();
  auto age_ns = client_clock_ns() - attempt_ns_;
  if (age_ns < least_ns)
    return retry_after(caf::timespan{least_ns - age_ns});
  back_off_ = first_back_off;
  connect();
}

std::function<void(stream_event)> viewer::teller(uint64_t n) {
  // Weak, as the actor owns what calls this.
  auto self = caf::actor_cast<caf::weak_actor_ptr>(
    caf::actor_cast<caf::strong_actor_ptr>(ctrl()));
  return [self, n](stream_event x) {
    x.connection = n;
    if (auto strong = self.lock())
      caf::anon_send(caf::actor_cast<viewer_actor>(strong), std::move(x));
  };
}

void viewer::connect() {
  connection_.reset();
  connected_ = false;
  ++attempt_;
  attempt_ns_ = client_clock_ns();
  parts_.board->update([](viewer_figures& f) { ++f.connections; });
  auto& at = addresses_.next();
  show("connecting to " + at.text());
  using kind = stream_event::kind;
  auto tell = teller(attempt_);
  stream_connection_options options{door_at(at)};
  options.expect_http = !server_.legacy;
  options.want_past = parts_.want_past();
  options.stall_deadline = stall_deadline();
  connection_ = std::make_unique<stream_connection>(
    io_, parts_.intake, std::move(options),
    stream_connection_events{
      [tell](const stream_peer& x) {
        tell({0, kind::connected, {}, x.legacy, x.id, x.epoch});
      },
      [tell](kind how, std::string reason) {
        tell({0, how, std::move(reason)});
      }});
}

server_door viewer::door_at(const server_address& at) const {
  return {at.ip, at.port, server_.announced_id, server_.tls,
          server_.legacy ? nullptr : parts_.keys};
}

std::chrono::milliseconds viewer::stall_deadline() const {
  // Three frames of a slow camera, but never less than 2 s.
  auto period_ms = server_.rate_mhz == 0 ? 0 : 1'000'000 / server_.rate_mhz;
  return std::max(2000ms, std::chrono::milliseconds(3 * period_ms));
}

void viewer::on_event(const stream_event& x) {
  using kind = stream_event::kind;
  if (x.what == kind::claim_tried) {
    if (x.connection == trials_)
      judge_claim(x);
    return;
  }
  if (x.connection != attempt_)
    return;
  if (x.what == kind::connected)
    return on_connected(x);
  if (x.what == kind::stranger || x.what == kind::refused)
    alarm_of(x);
  retry_later(x);
}

void viewer::on_connected(const stream_event& x) {
  connected_ = true;
  connected_ns_ = client_clock_ns();
  addresses_.prove();
  auto at = addresses_.current();
  parts_.board->update([&](viewer_figures& f) {
    f.connected = true;
    f.legacy = x.legacy;
    f.ip = at.ip;
    f.port = at.port;
    f.told_id = x.id;
    f.told_epoch = x.epoch;
  });
  log(told_ ? log_level::debug : log_level::info, who(), "receiving from ",
      at.text(), x.legacy ? " (legacy)" : "");
  show(x.legacy ? "receiving (legacy)" : "receiving");
  if (at == addresses_.announced())
    set_alarm({});
  granted_ = {};
  try_claim();
}

void viewer::alarm_of(const stream_event& x) {
  auto at = addresses_.current().text();
  if (x.what == stream_event::kind::refused)
    return set_alarm(server_.id + " at " + at
                     + " gives no frames: " + x.reason);
  set_alarm(server_.id + " is not at " + at + ": " + x.reason
            + "; nothing is taken from there; see stream.advertise of both");
}

void viewer::retry_later(const stream_event& x) {
  auto& reason = x.reason;
  connection_.reset();
  // A server that ends each connection at once is not back.
  if (connected_ && client_clock_ns() - connected_ns_ >= healthy_ns) {
    told_ = false;
    back_off_ = first_back_off;
  }
  connected_ = false;
  // Once per outage, however many tries it takes.
  log(std::exchange(told_, true) ? log_level::debug : log_level::warning, who(),
      addresses_.current().text(), ": ", reason,
      "; trying again until it answers");
  parts_.board->update([&](viewer_figures& f) {
    if (f.connected)
      f.left_ns = client_clock_ns();
    f.connected = false;
    f.last_error = reason;
  });
  show_error(reason);
  show("waiting to connect: " + reason);
  retry_after(rest_after(x));
}

caf::timespan viewer::rest_after(const stream_event& x) {
  if (x.what == stream_event::kind::wasteful) {
    waste_ = x.reason;
    waste_rest_ = std::clamp(waste_rest_ * 2, first_waste_rest,
                             last_waste_rest);
  }
  auto result = std::max(back_off_, waste_rest_);
  back_off_ = std::min(back_off_ * 2, last_back_off);
  return result;
}

void viewer::retry_after(caf::timespan rest) {
  delayed_send(this, rest, retry_atom_v, attempt_);
}

void viewer::show(const std::string& state) {
  show_state(state);
  parts_.board->update([&](viewer_figures& f) {
    f.state = state;
    if (f.connected && !connected_)
      f.left_ns = client_clock_ns();
    f.connected = connected_;
  });
}

void viewer::try_claim() {
  auto at = addresses_.announced();
  if (trial_ || at == addresses_.current() || at == granted_)
    return;
  auto now = client_clock_ns();
  if (at == tried_ && now - tried_ns_ < trial_interval_ns)
    return;
  tried_ = at;
  tried_ns_ = now;
  trial_ = std::make_unique<address_trial>(
    io_, door_at(at), [tell = teller(++trials_)](trial_answer x) {
      tell({0, stream_event::kind::claim_tried, std::move(x.trouble), false,
            std::move(x.id), x.epoch});
    });
}

void viewer::judge_claim(const stream_event& x) {
  trial_.reset();
  if (!connected_ || tried_ == addresses_.current())
    return; // The connection itself tells, or is about to.
  auto told_epoch = parts_.board->look().told_epoch;
  auto epoch = told_epoch != 0 ? told_epoch : server_.epoch;
  auto id = server_.announced_id.empty() ? server_.id : server_.announced_id;
  auto right = x.reason.empty() && x.id == id && x.epoch == epoch;
  if (right) {
    granted_ = tried_;
    log_info(who(), server_.id, " is at ", tried_.text(), ", too; going on at ",
             addresses_.current().text());
    return set_alarm({});
  }
  auto found = !x.reason.empty() ? "it does not answer (" + x.reason + ")"
               : x.id == id      ? std::string{"another run of it answers"}
                                 : "another server answers";
  set_alarm(server_.id + " is announced at " + tried_.text() + ", where "
            + found + ", though frames come from " + addresses_.current().text()
            + ": going on there; somebody else may speak in its name");
}

void viewer::beat() {
  if (connected_)
    try_claim();
  auto settled = connected_ && addresses_.announced() == addresses_.current();
  if (settled && client_clock_ns() - alarm_ns_ >= alarm_ns)
    set_alarm({});
  show_figures();
}

std::string viewer::alarm_name() const {
  return "server/" + server_.id;
}

void viewer::set_alarm(const std::string& text) {
  if (!text.empty())
    alarm_ns_ = client_clock_ns();
  if (text == alarm_)
    return;
  alarm_ = text;
  alarms().set(alarm_name(), text);
  if (text.empty())
    return log_info(who(), server_.id, ": the alarm is over");
  show_error(text);
  log_error(who(), text);
}

void viewer::show_figures() {
  auto x = parts_.board->look();
  if (auto n = x.misnumbered - std::exchange(misnumbered_, x.misnumbered))
    log_warning(who(), "dropped ", n,
                " frames: no camera can have come to their numbers");
  if (connected_)
    show_state("receiving, " + std::to_string(x.frames) + " frames");
  if (connected_ && client_clock_ns() - connected_ns_ > trusted_again_ns)
    waste_rest_ = caf::timespan{0};
  alarms().set_concern(who(), concern());
}

std::string viewer::concern() {
  std::string result;
  auto add = [&](const std::string& text) {
    result += (result.empty() ? "" : "; ") + text;
  };
  auto now = client_clock_ns();
  auto x = parts_.board->look();
  if (x.cut > 0 && now - x.cut_ns < concern_ns)
    add(std::to_string(x.cut)
        + " frames are lost so far, as the camera sends more than "
          "record.max-mbit or record.max-fps allows");
  auto given_up = parts_.ring ? parts_.ring->stats().given_up : 0;
  if (given_up > given_up_)
    given_up_ns_ = now;
  given_up_ = given_up;
  if (given_up > 0 && now - given_up_ns_ < concern_ns)
    add(std::to_string(given_up)
        + " frames were let go of before they were on disk, as all cameras "
          "together take more than viewer.total-mib");
  if (waste_rest_.count() > 0)
    add(waste_);
  return result;
}

void viewer::on_exit() {
  connection_.reset();
  trial_.reset();
  alarms().set(alarm_name(), {});
  parts_.board->update([](viewer_figures& f) {
    if (f.connected)
      f.left_ns = client_clock_ns();
    f.connected = false;
    f.state = "restarting";
  });
}

} // namespace camnode
