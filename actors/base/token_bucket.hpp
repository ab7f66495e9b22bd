#pragma once

#include <algorithm>
#include <cstdint>

namespace camnode {

/// Bounds a rate: so much per second in the long run, and a reserve of so much
/// at once. What is taken in one piece may be more than what is left; then
/// there is nothing before that is made up for. Not thread safe.
class token_bucket {
public:
  /// @param rate Per second; 0: there is no bound.
  token_bucket(double rate, double reserve)
    : rate_(rate), reserve_(reserve), left_(reserve) {
  }

  /// Whether there is anything left.
  /// @param now_ns On any steady clock.
  bool has_any(int64_t now_ns) {
    fill(now_ns);
    return rate_ <= 0 || left_ > 0;
  }

  void take(double n) {
    left_ -= n;
  }

  /// How long until there is something left; 0 if there is.
  int64_t wait_ns(int64_t now_ns) {
    if (has_any(now_ns))
      return 0;
    return static_cast<int64_t>(-left_ / rate_ * 1e9) + 1;
  }

private:
  void fill(int64_t now_ns) {
    if (filled_ns_ != 0 && now_ns > filled_ns_)
      left_ = std::min(reserve_,
                       left_
                         + rate_ * 1e-9
                             * static_cast<double>(now_ns - filled_ns_));
    filled_ns_ = now_ns;
  }

  double rate_;
  double reserve_;
  double left_;
  int64_t filled_ns_ = 0;
};

} // namespace camnode
