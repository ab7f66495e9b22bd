#pragma once

#include "actors/base/file_ops.hpp"
#include "messages/disk/csv_table.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <filesystem>

namespace camnode {

/// One topic's file of one segment: `<start_ms>.csv.part` until it is closed.
/// Blocks on the disk.
class sensor_file {
public:
  /// Creates the file, with the columns that `table` has by now. Its name
  /// survives a power cut once the caller has synced `dir`.
  /// @param table Outlives the file; grows with what is appended.
  /// @returns `ec::open_failed`, `ec::write_failed` or `ec::sync_failed`.
  caf::error open(const std::filesystem::path& dir, int64_t start_ms,
                  csv_table& table);

  /// Appends one reading (`csv_table::make_row`); rewrites the file where it
  /// brings new columns. No row is lost if that ends half-way: the wider file
  /// takes the place of the other in one step.
  /// @returns `ec::bad_message` for a reading that no row can hold, with the
  ///          file as before; else `ec::write_failed` or `ec::sync_failed`.
  caf::error append(int64_t time, const sensor_values& values);

  /// Promises that all readings survive a power cut.
  /// @returns `ec::sync_failed`; then those since the last promise are taken
  ///          back.
  caf::error sync();

  /// Completes the file and gives it its final name; removes it if there is no
  /// reading in it. After an error it may be tried again.
  caf::error close(int64_t end_ms);

  bool is_open() const {
    return static_cast<bool>(fd_);
  }

  /// Whether it has, or had when it was closed, any reading.
  bool has_readings() const {
    return size_ > header_size_;
  }

  int64_t start_ms() const {
    return start_ms_;
  }

  /// Whether nothing of it is promised to survive a power cut.
  bool is_new() const {
    return is_open() && durable_size_ == header_size_;
  }

private:
  /// Writes the header anew, as there is nothing else to keep.
  caf::error write_header();
  caf::error widen();

  /// Copies all readings to a file with more columns, which takes this one's
  /// place.
  caf::error copy_to(const new_version& wider);

  /// Forgets what is after the first `size` bytes.
  void cut(uint64_t size);

  csv_table* table_ = nullptr;
  std::filesystem::path path_;
  int64_t start_ms_ = 0;
  unique_fd fd_;
  uint64_t size_ = 0;         ///< In whole rows.
  uint64_t durable_size_ = 0; ///< Of these, what survives a power cut.
  uint64_t header_size_ = 0;
  bool unsynced_ = false;
};

} // namespace camnode
