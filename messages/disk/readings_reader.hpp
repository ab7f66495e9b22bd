#pragma once

#include "messages/disk/record_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camnode {

/// One reading of a sensor, or one marker.
struct reading {
  int64_t time_ns = 0; ///< Session clock.

  /// What is not empty in it: numbers of keys, and texts.
  std::vector<std::pair<size_t, std::string>> values;
};

/// Reads what one topic has in one session out of its files, one by one, with
/// memory for one record.
class readings_reader {
public:
  /// @param folder Of the topic (`readings_folder`).
  /// @param stems Of its files, in order.
  readings_reader(std::filesystem::path folder, std::vector<std::string> stems);

  /// All keys of all files, in the order of their first appearance.
  const std::vector<std::string>& keys() const {
    return keys_;
  }

  /// The number of a key; that of none where there is no such key.
  size_t number_of(std::string_view key) const;

  /// The next reading, until the next call; null after the last one.
  const reading* next();

  /// What could not be read, one line each.
  const std::vector<std::string>& faults() const {
    return faults_;
  }

private:
  void list_keys();
  bool open_next();
  bool read(std::string_view record);

  const std::filesystem::path folder_;
  const std::vector<std::string> stems_;
  std::vector<std::string> keys_;
  size_t file_ = 0; ///< Which of `stems_` comes next.
  std::string path_;
  std::optional<record_reader> reader_;
  std::vector<size_t> columns_; ///< Of the present file, as numbers of keys.
  int64_t unit_ns_ = 0;         ///< Of its times.
  reading last_;
  std::vector<std::string> faults_;
};

} // namespace camnode
