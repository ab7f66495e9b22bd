#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace camnode {

/// Tells a client whether another one has its id: it hears the topic that it
/// publishes its truth light on. Pure; times are ns on one steady clock.
///
/// A single light of somebody else is no proof, as it may be the last one of
/// the run before this one.
class light_watch {
public:
  /// Longer than a broker holds lights up: a minute of them, and their news.
  static constexpr size_t max_own = 256;

  /// Clients publish once a second.
  static constexpr int64_t proof_ns = 900'000'000;
  static constexpr int64_t patience_ns = 10'000'000'000;

  /// We say this.
  void said(std::string_view light) {
    own_.push_back(hash_(light));
    if (own_.size() > max_own)
      own_.pop_front();
  }

  /// Takes what comes on the topic, and is neither stored nor a goodbye.
  void hear(std::string_view light, int64_t now_ns) {
    if (std::find(own_.begin(), own_.end(), hash_(light)) != own_.end())
      return;
    if (first_ns_ == 0 || now_ns - last_ns_ >= patience_ns)
      first_ns_ = now_ns;
    last_ns_ = now_ns;
  }

  /// Whether there is another client of our id.
  bool has_other(int64_t now_ns) const {
    return first_ns_ != 0 && last_ns_ - first_ns_ >= proof_ns
           && now_ns - last_ns_ < patience_ns;
  }

private:
  std::hash<std::string_view> hash_;
  std::deque<size_t> own_; ///< Hashes of the newest lights.
  int64_t first_ns_ = 0;   ///< When the first light of the other one came.
  int64_t last_ns_ = 0;
};

} // namespace camnode
