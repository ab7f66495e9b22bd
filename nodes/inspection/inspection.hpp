#pragma once

#include "actors/base/job_pool.hpp"
#include "actors/base/live_feed.hpp"
#include "messages/node_report.hpp"
#include "messages/record_command.hpp"
#include "nodes/inspection/growth_meter.hpp"
#include "nodes/inspection/node_figures.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace camnode {

class recordings;

/// A node as those who look inside see it. All functions are called from any
/// thread and return at once, whatever the node's actors do.
struct inspected_node {
  std::string version;
  look_at_node look;
  std::function<std::string()> truth; ///< Empty on a server.
  std::function<std::string()> page;  ///< Empty on a server.

  /// The cameras that a client knows (JSON); empty on a server.
  std::function<std::string()> cameras = {};

  /// Sets a marker (see `inspection::mark`); empty on a server.
  std::function<caf::expected<std::string>(const std::string&)> mark = {};

  /// What a client has on disk; null on a server.
  std::shared_ptr<const recordings> disk = {};

  /// Each truth light, as it comes; null on a server. Outlives it.
  const live_feed* lights = nullptr;
};

/// What the root of a node does for those who operate it.
struct node_commands {
  /// Has an actor's supervisor end it.
  std::function<void(const std::string& name)> kill;

  /// Passes a command on; empty where nothing is recorded.
  std::function<void(const record_command&)> record;
};

/// Composes what a node answers to those who look inside, from figures that
/// others keep, without a message to any actor: an actor that is stuck holds
/// no answer up. Any thread.
class inspection {
public:
  explicit inspection(inspected_node node);

  /// Waits for what is done in its pool.
  ~inspection();

  /// From the root, before anyone can ask.
  void obey(node_commands commands);

  /// Takes a sample of what rates are made of.
  void sample();

  /// @param operates Whether the one who asks may act, too.
  node_report look(bool operates) const;

  /// The node's figures as Prometheus text.
  std::string metrics() const;

  /// Whether the node can be told to record, and has a truth light.
  bool records() const;

  /// The truth light (JSON); empty before there is one.
  std::string truth() const;

  /// Where people find the node's page, with the token that lets them in; or
  /// `ec::unavailable`.
  caf::expected<std::string> page() const;

  /// Begins to tell the truth light, the present one first.
  /// @returns As `live_feed::listen`. @pre `records()`
  std::shared_ptr<void> listen(const live_feed::listener& tell) const;

  /// The cameras that a client knows (JSON); empty on a server.
  std::string cameras() const;

  /// Null on a server.
  const std::shared_ptr<const recordings>& disk() const {
    return node_.disk;
  }

  /// Where somebody else than the I/O thread, which carries frames, composes an
  /// answer that takes its time.
  job_pool& pool() const {
    return pool_;
  }

  // What operators may do. Each returns a word on it, or `ec::unavailable` or
  // `ec::bad_message`, and is logged.

  caf::expected<std::string> kill(const std::string& name) const;

  /// @param payload As over MQTT.
  caf::expected<std::string> record(const std::string& payload) const;

  /// Sets a marker in the session that is recorded, now. Is not logged.
  /// @param payload As over MQTT.
  caf::expected<std::string> mark(const std::string& payload) const;
  caf::expected<std::string> set_level(const std::string& level) const;

private:
  const inspected_node node_;
  node_commands commands_;
  mutable std::mutex rates_mutex_;
  growth_meter actor_rates_;
  growth_meter part_rates_;
  mutable job_pool pool_;
};

using inspection_ptr = std::shared_ptr<inspection>;

} // namespace camnode
