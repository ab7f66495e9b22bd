#include "actors/stream_publisher/stream_publisher.hpp"

#include "actors/base/log.hpp"

#include <string>
#include <utility>

namespace camnode {

namespace {

constexpr auto beat_interval = std::chrono::seconds(1);

} // namespace

stream_publisher::stream_publisher(caf::actor_config& cfg,
                                   const actor_context& context, io_thread& io,
                                   std::shared_ptr<frame_ring> ring,
                                   stream_server_options options,
                                   std::function<void(uint16_t)> on_open)
  : observed(cfg, context),
    io_(io),
    ring_(std::move(ring)),
    options_(std::move(options)),
    on_open_(std::move(on_open)),
    certificate_(options_.entry.tls) {
}

stream_publisher::behavior_type stream_publisher::make_behavior() {
  server_ = std::make_unique<stream_server>(io_, ring_, options_);
  if (auto err = server_->start()) {
    server_.reset();
    quit(std::move(err));
  } else {
    log_info(who(), "stream on ", options_.entry.tls ? "https://" : "http://",
             options_.host, ":", server_->port(), "/");
    certificate_.beat(who(), alarms());
    on_open_(server_->port());
    delayed_send(this, beat_interval, beat_atom_v);
  }
  return {
    [this](beat_atom) {
      show_figures();
      certificate_.beat(who(), alarms());
      delayed_send(this, beat_interval, beat_atom_v);
    },
  };
}

void stream_publisher::show_figures() {
  auto& x = server_->figures();
  show_state("port " + std::to_string(server_->port()) + ", "
             + std::to_string(x.http_readers + x.legacy_readers) + " readers, "
             + std::to_string(x.frames_sent) + " frames sent");
}

void stream_publisher::on_exit() {
  server_.reset();
}

} // namespace camnode
