#include "nodes/inspection/inspector.hpp"

#include "actors/base/log.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace camnode {

namespace {

/// The span over which rates are measured.
constexpr auto beat_interval = std::chrono::seconds(1);

/// How many beats pass between two attempts to open a port.
constexpr int retry_beats = 5;

std::string name_of(const inspection_port_options& x, uint16_t port) {
  if (!x.socket.path.empty())
    return x.socket.path;
  auto host = x.host.find(':') == std::string::npos ? x.host
                                                    : "[" + x.host + "]";
  return host + ":" + std::to_string(port);
}

std::string keeper_of(const inspection_port_options& x) {
  return !x.socket.path.empty() ? "inspector/socket"
         : x.operates           ? "inspector/operator"
                                : "inspector/looker";
}

} // namespace

inspector::inspector(caf::actor_config& cfg, const actor_context& context,
                     inspector_parts parts)
  : observed(cfg, context),
    open_(std::move(parts.open)),
    node_(std::make_shared<inspection>(std::move(parts.node))) {
  for (auto& x : parts.ports)
    ways_.push_back({x, nullptr, {}, 0});
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
  node_->sample();
  for (auto& x : ways_) {
    if (x.port && !close_useless(x))
      continue;
    if (x.wait_beats-- > 0)
      continue;
    x.wait_beats = retry_beats - 1;
    open(x);
  }
  show_ways();
}

bool inspector::close_useless(way_in& x) {
  auto why = x.port->why_useless();
  if (why.empty())
    return false;
  why = "closes " + name_of(x.options, x.port->number()) + ": " + why;
  log_warning(who(), why);
  show_error(std::move(why));
  x.port = nullptr;
  x.wait_beats = 0;
  return true;
}

void inspector::open(way_in& x) {
  auto keeper = keeper_of(x.options);
  if (x.options.find_socket)
    x.options.socket = x.options.find_socket();
  auto wanted = x.options;
  if (wanted.port == 0)
    wanted.port = *wanted.chosen;
  auto opened = open_(wanted, node_, context_for(keeper));
  if (!opened) {
    auto why = describe(opened.error());
    show_error(why);
    // A port that is taken may be another node's, started by mistake; one that
    // has no certificate to show stays closed until somebody does something.
    if (opened.error() == ec::bad_configuration)
      alarms().set(keeper, why);
    if (std::exchange(x.complaint, why) != why)
      log_warning(who(), "cannot be asked: ", why, "; trying again");
    return;
  }
  x.port = std::move(*opened);
  *x.options.chosen = x.port->number();
  x.complaint.clear();
  alarms().set(keeper, {});
  log_info(who(), "answers camctl on ", name_of(x.options, x.port->number()),
           x.options.tls.any() ? ", with TLS" : "",
           x.options.operates ? "" : ", to look only");
}

void inspector::show_ways() {
  std::string text;
  for (auto& x : ways_) {
    text += text.empty() ? "" : "; ";
    text += x.port ? "answers on " + name_of(x.options, x.port->number())
                   : "cannot have " + name_of(x.options, x.options.port);
  }
  show_state(text.empty() ? "answers nobody" : text);
}

void inspector::on_exit() {
  ways_.clear();
  node_ = nullptr;
}

} // namespace camnode
