#pragma once

#include "messages/mqtt_message.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace camnode {

/// Messages of the broker on their way to their listener. However many come
/// while it is held up (by a disk, say), the queue fills no more memory than
/// this. If there is no room, the topic with the most in it loses its newest
/// message, so that a flood costs the topic that makes it. What was lost is
/// counted by topic. May outlive the listener, so that the next one finds what
/// came meanwhile. Any thread.
class mqtt_queue {
public:
  /// 16 seconds of 1000 messages a second, or 128 of the largest ones.
  static constexpr size_t max_messages = 16384;
  static constexpr size_t max_bytes = size_t{32} << 20;

  /// Messages of one topic, close to each other, that there was no room for.
  struct loss {
    std::string topic; ///< Or `further_topics`.
    uint64_t n = 0;
    int64_t from_ns = 0; ///< When the first of them arrived.
  };

  /// Where losses are counted of topics that are too many, or too long.
  static constexpr const char* further_topics = "(further topics)";

  /// Adds `x`, if there is room. Of what several threads add at once, none
  /// arrived before what is in here already.
  /// @returns Whether the listener has to be told: it has been given all that
  ///          came before.
  bool push(mqtt_message x);

  /// @param before_ns One that arrived then, or later, stays where it is.
  /// @returns The oldest one; nothing if there is none.
  std::optional<mqtt_message>
  pop(int64_t before_ns = std::numeric_limits<int64_t>::max());

  /// What was lost since this was last asked.
  /// @param before_ns Losses from then, or later, are told another time.
  std::vector<loss>
  take_losses(int64_t before_ns = std::numeric_limits<int64_t>::max());

private:
  using message_list = std::list<mqtt_message>;

  struct share {
    std::deque<message_list::iterator> messages; ///< Oldest first.
    size_t cost = 0;
  };

  using shares = std::unordered_map<std::string, share>;

  static size_t cost_of(const mqtt_message& x);

  /// Lets go of newest messages of topics that have more than that of `x`
  /// would have.
  /// @returns false if there are not enough.
  bool make_room(const mqtt_message& x);

  void change_cost(shares::value_type& x, size_t cost);

  /// Takes out the oldest or the newest message of a topic.
  mqtt_message take_out(shares::iterator topic, bool oldest);

  void count_loss(const mqtt_message& x);

  std::mutex mutex_;
  message_list messages_; ///< As they came.
  shares shares_;         ///< By topic; none is empty.

  /// The costs of all shares; the names are those in `shares_`.
  std::set<std::pair<size_t, std::string_view>> costs_;
  size_t cost_ = 0;                                         ///< Of all.
  int64_t newest_ns_ = std::numeric_limits<int64_t>::min(); ///< Last arrival.
  std::unordered_map<std::string, std::vector<loss>> losses_;
  size_t loss_count_ = 0; ///< Entries in `losses_`.
  bool told_ = false;     ///< The listener knows that there is something.
};

using mqtt_queue_ptr = std::shared_ptr<mqtt_queue>;

} // namespace camnode
