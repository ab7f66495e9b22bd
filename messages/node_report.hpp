#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// How many messages of one type an actor has handled, ever and of late.
struct message_rate {
  std::string type; ///< `other`: those without a count of their own.
  uint64_t count = 0;
  uint64_t per_1000_s = 0; ///< Messages in 1000 s, at the rate of late.
};

/// One actor, as of one look.
struct actor_report {
  std::string name;
  std::string supervisor; ///< Empty for the root.
  std::string state;      ///< In words.
  std::string last_error;

  /// How long ago `last_error` was: it may be well again. 0 without one.
  int64_t last_error_age_ns = 0;
  std::string last_end; ///< Why the life before this one ended.
  std::string alarm;    ///< What its supervisor cannot mend; mostly empty.

  /// Whether it is there; if not, it starts again in `due_ns`.
  bool alive = true;
  int64_t due_ns = 0;
  uint32_t restarts = 0;
  int64_t uptime_ns = 0;
  uint64_t mailbox = 0;  ///< Messages that wait, besides the one in hand.
  int64_t oldest_ns = 0; ///< How long the first of them has been waiting.
  int64_t busy_ns = 0;   ///< How long the present handler has been running.
  std::string busy_with; ///< What it handles, if anything.
  uint64_t handled = 0;
  uint64_t per_1000_s = 0; ///< Messages handled in 1000 s, of late.
  uint32_t load_ppm = 0;   ///< Of the last second or so, in handlers.
  int64_t p50_ns = 0;      ///< Of its handlers' times, since it started.
  int64_t p99_ns = 0;
  std::vector<message_rate> messages;
};

/// One figure of a part. Its name ends in its unit, where it has one.
struct figure {
  std::string name;
  int64_t value = 0;
  std::string text; ///< Counts instead of `value` unless empty.

  /// In the node, not on the wire: it counts what passes, so a rate goes with
  /// it.
  bool passing = false;
};

/// Something of a node that is no actor: a ring, a reader, a connection, the
/// books of a camera.
struct part_report {
  std::string name;  ///< Unique in its node, e.g. `ring/cage-1`.
  std::string kind;  ///< E.g. `ring`.
  std::string owner; ///< The actor that it is shown with.
  std::string state; ///< In words.
  std::vector<figure> figures;
};

/// All that can be seen of a node, as of one look.
struct node_report {
  std::string role; ///< `server` or `client`.
  std::string id;
  std::string version;
  uint64_t pid = 0;
  int64_t uptime_ns = 0;
  bool operates = false; ///< Whether the one asked takes commands, too.
  std::string truth;     ///< A client's truth light (JSON), once there is one.
  std::vector<actor_report> actors;
  std::vector<part_report> parts;
};

} // namespace camnode
