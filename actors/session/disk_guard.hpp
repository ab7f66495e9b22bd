#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace camnode {

/// How many bytes a disk has room for; nothing where it does not say.
using disk_space = std::function<std::optional<uint64_t>()>;

/// How long a disk will last.
struct disk_figures {
  bool known = false; ///< Whether the disk says how much room it has.
  uint64_t free_bytes = 0;
  uint64_t bytes_per_s = 0; ///< What the cameras deliver; 0: not known yet.

  /// Which camera delivers more than all others; empty: none.
  std::string mostly;
  uint64_t mostly_bytes_per_s = 0;

  /// @pre `bytes_per_s > 0`
  int64_t seconds_left() const {
    return static_cast<int64_t>(free_bytes / bytes_per_s);
  }

  /// Whether the disk is surely full before `seconds` have passed.
  bool ends_within(int64_t seconds) const {
    return known && bytes_per_s > 0 && seconds_left() < seconds;
  }
};

/// What each camera has ever delivered, by its id.
using delivered_bytes = std::map<std::string, uint64_t>;

/// "12 MB free, 3000 kB/s, of which cam-1 has 2500".
std::string describe(const disk_figures& x);

/// Foresees when a disk will be full, from the room that it has and the rate of
/// the last 10 seconds: that of what the cameras deliver, so that it is known
/// before a recording starts. A camera counts with what is taken of it at most,
/// however much it delivers at once. Not thread-safe.
class disk_guard {
public:
  /// @param space Asked once a second; may be empty: then nothing is foreseen.
  /// @param most_per_s Bytes that are taken of one camera; 0: no bound.
  explicit disk_guard(disk_space space, uint64_t most_per_s = 0);

  /// @param x Of the cameras that are there.
  void observe(const delivered_bytes& x, int64_t now_ns);

  disk_figures look() const {
    return figures_;
  }

private:
  struct sample {
    int64_t ns;
    delivered_bytes grown; ///< As of then.
  };

  /// Adds what has come since the last time.
  void grow(const delivered_bytes& x, int64_t now_ns);
  void find_rates(int64_t passed_ns);

  const disk_space space_;
  disk_figures figures_;
  const uint64_t most_per_s_;
  std::optional<delivered_bytes> last_;
  int64_t last_ns_ = 0;
  delivered_bytes grown_; ///< Of each that is there, since it is.
  std::deque<sample> samples_;
};

} // namespace camnode
