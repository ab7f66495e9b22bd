#include "nodes/inspection/inspector.hpp"

#include "actors/base/log.hpp"
#include "nodes/inspection/node_api.hpp"

#include <chrono>
#include <utility>

namespace camnode {

namespace {

/// The span over which rates are measured.
constexpr auto beat_interval = std::chrono::seconds(1);

/// How many beats pass between two attempts to open the socket.
constexpr int retry_beats = 5;

} // namespace

inspector::inspector(caf::actor_config& cfg, const actor_context& context,
                     inspector_parts parts)
  : observed(cfg, context), parts_(std::move(parts)) {
}

inspector::behavior_type inspector::make_behavior() {
  beat();
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](beat_atom) {
      beat();
      delayed_send(this, beat_interval, beat_atom_v);
    },
  };
}

void inspector::beat() {
  parts_.node->sample();
  if (socket_ || wait_beats_-- > 0)
    return;
  wait_beats_ = retry_beats - 1;
  open();
}

void inspector::open() {
  auto where = parts_.find_socket ? parts_.find_socket() : node_socket{};
  if (where.path.empty())
    return show_state("has no socket");
  http_pages_options options;
  options.socket = where.path;
  options.socket_mode = where.mode;
  options.entry = api_entry(parts_.node);
  options.entry.api_alone = true;
  options.entry.who = who();
  auto socket = std::make_unique<http_pages>(io_, std::move(options));
  if (auto err = socket->start()) {
    auto why = describe(err);
    show_error(why);
    show_state("cannot have " + where.path);
    if (std::exchange(complaint_, why) != why)
      log_warning(who(), "cannot be asked: ", why, "; trying again");
    return;
  }
  socket_ = std::move(socket);
  complaint_.clear();
  show_state("answers on " + where.path);
  log_info(who(), "answers camctl on ", where.path);
}

void inspector::on_exit() {
  socket_ = nullptr;
}

} // namespace camnode
