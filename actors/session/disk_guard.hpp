#pragma once

#include <cstdint>
#include <deque>
#include <functional>
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

  /// @pre `bytes_per_s > 0`
  int64_t seconds_left() const {
    return static_cast<int64_t>(free_bytes / bytes_per_s);
  }

  /// Whether the disk is surely full before `seconds` have passed.
  bool ends_within(int64_t seconds) const {
    return known && bytes_per_s > 0 && seconds_left() < seconds;
  }
};

/// "12 MB free, 3 MB/s".
std::string describe(const disk_figures& x);

/// Foresees when a disk will be full, from the room that it has and the rate of
/// the last 10 seconds: that of what the cameras deliver, so that it is known
/// before a recording starts. Not thread-safe.
class disk_guard {
public:
  /// @param space Asked once a second; may be empty: then nothing is foreseen.
  explicit disk_guard(disk_space space);

  /// @param received_bytes All that the present cameras have ever delivered;
  ///        falls when one goes.
  void observe(uint64_t received_bytes, int64_t now_ns);

  disk_figures look() const {
    return figures_;
  }

private:
  struct sample {
    int64_t ns;
    uint64_t bytes;
  };

  const disk_space space_;
  disk_figures figures_;
  std::optional<uint64_t> last_received_;
  uint64_t grown_ = 0; ///< All growth of `received_bytes`.
  std::deque<sample> samples_;
};

} // namespace camnode
