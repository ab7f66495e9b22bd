#pragma once

#include "tools/camctl/verify/audit.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace camnode {

/// How many cores there are; 1 if that is not known.
unsigned count_cores();

/// Calls `jobs`, which do not throw, in their order, on as many threads.
void run_all(std::vector<std::function<void()>>& jobs,
             unsigned threads = count_cores());

/// Reads the pieces of a data folder, every byte of them, on all cores. What it
/// found in a piece that is complete is kept: it does not change any more, and
/// is not read again when it is asked for again.
class piece_reader {
public:
  /// @param on_progress Called now and then, on any thread, with what has been
  ///        read of what is to be read. May be empty.
  piece_reader(std::filesystem::path dir,
               std::function<void(uint64_t done, uint64_t all)> on_progress)
    : dir_(std::move(dir)), on_progress_(std::move(on_progress)) {
  }

  /// Has `x` read by `run`, and the facts put into it; it stays where it is
  /// until then.
  void add(checked_piece& x);
  void add(checked_readings& x);

  void run();

private:
  void read(checked_piece& x);
  void read_piece(checked_piece& x);

  /// Counts what is in a film that may be being written.
  void count(checked_piece& x) const;
  void read(checked_readings& x);
  void read_rows(checked_readings& x);
  void progress(uint64_t bytes);

  const std::filesystem::path dir_;
  const std::function<void(uint64_t done, uint64_t all)> on_progress_;
  std::vector<std::function<void()>> jobs_;
  uint64_t to_do_ = 0;
  std::atomic<uint64_t> done_{0};
  std::mutex mutex_;                             ///< For what follows.
  std::map<std::string, piece_facts> pieces_;    ///< Complete ones, by name.
  std::map<std::string, sensor_facts> readings_; ///< Complete ones, by name.
};

} // namespace camnode
