#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// Topics that somebody wants, as a list of MQTT filters. Brokers may send a
/// message once for each filter that it matches, so those that overlap are
/// subscribed to as one that covers them, and what nobody wanted of that is
/// left out here.
class topic_filters {
public:
  static constexpr size_t max_filters = 64;

  /// @param text Filters with commas between them; spaces around them do not
  ///        matter.
  /// @param one One more, whatever is in it; empty: none.
  /// @pre `are_topic_filters(text)`
  explicit topic_filters(std::string_view text, std::string one = {});

  /// No two of them match the same topic.
  const std::vector<std::string>& to_subscribe() const {
    return to_subscribe_;
  }

  /// Whether a message that comes on `topic` is wanted.
  bool want(std::string_view topic) const;

private:
  std::vector<std::string> wanted_;
  std::vector<std::string> to_subscribe_;
};

/// Whether `text` is 1 to 64 filters (`is_mqtt_filter`).
bool are_topic_filters(std::string_view text);

/// Whether there may be a topic that both filters match.
bool filters_overlap(std::string_view a, std::string_view b);

} // namespace camnode
