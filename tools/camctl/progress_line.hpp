#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace camctl {

/// Tells on stderr how far a command is and how long it still takes: often on a
/// terminal, else every few seconds, and nothing within the first second. Any
/// thread.
class progress_line {
public:
  /// @param command Its name.
  /// @param amount How all there is to do is put: `12.3 GB`.
  progress_line(std::string command,
                std::function<std::string(uint64_t all)> amount);

  /// @param all 0: not known yet.
  void show(uint64_t done, uint64_t all);

  /// Removes the line from a terminal.
  void clear();

private:
  using clock = std::chrono::steady_clock;

  const std::string command_;
  const std::function<std::string(uint64_t)> amount_;
  const bool terminal_;
  const clock::time_point begin_ = clock::now();
  std::mutex mutex_; ///< For what follows.
  bool shown_ = false;
  clock::time_point next_ = begin_ + std::chrono::seconds{1};
};

/// Amounts of bytes, for a `progress_line`.
std::string gigabytes(uint64_t bytes);

} // namespace camctl
