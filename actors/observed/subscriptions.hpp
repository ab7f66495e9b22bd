#pragma once

#include "actors/base/mqtt_client.hpp"
#include "actors/observed/alarm_board.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace camnode {

/// What came of one subscription.
struct subscription_state {
  std::string filter;
  bool granted = false;
  int64_t since_ns = 0; ///< Granted, or else wanted, since then.
  std::string refusal;  ///< Why it is not granted; empty: nobody knows yet.
};

/// What a listener wants to be subscribed to, and what its broker says to that.
/// A subscription that the broker refuses, or does not answer, is asked for
/// again every 10 s. Any thread.
class subscriptions {
public:
  static constexpr int64_t ask_again_ns = 10'000'000'000;

  /// @param who Whose they are, for the log and the alarm.
  subscriptions(std::string who, std::vector<std::string> filters);

  /// There is a new connection, on which nothing is subscribed yet.
  void link_up(int64_t now_ns);

  void link_down();

  /// What the broker says.
  /// @param refusal Why not; empty where the subscription is granted.
  void answered(const std::string& filter, const std::string& refusal,
                int64_t now_ns);

  std::vector<subscription_state> look() const;

  /// Asks `client` for what is due. Logs, and sets an alarm for, what is
  /// refused, once; takes the alarm back. For the listener's thread.
  /// @returns The error to show, when there is a new one.
  std::string keep_up(mqtt_client& client, alarm_board& alarms, int64_t now_ns);

  /// Takes the alarm back, at the listener's end.
  void end(alarm_board& alarms);

private:
  struct entry {
    subscription_state state;
    bool asked = false; ///< On this connection.
    int64_t asked_ns = 0;
  };

  /// Those to ask for now, which are noted as asked for.
  std::vector<std::string> due(int64_t now_ns);

  const std::string who_;
  mutable std::mutex mutex_;
  std::vector<entry> entries_;
  bool up_ = false;
  std::set<std::string> told_; ///< In the alarm. The listener's own.
};

using subscriptions_ptr = std::shared_ptr<subscriptions>;

} // namespace camnode
