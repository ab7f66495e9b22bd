#pragma once

#include "messages/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace camnode {

/// Reads a CSV file record by record, with memory for one piece of it. A
/// record ends with LF outside of quotes.
class record_reader {
public:
  /// A longer record is none of camnode's.
  static constexpr size_t max_record_bytes = size_t{1} << 20;

  /// @param path Opened at once; a file that cannot be read has no records.
  explicit record_reader(const std::filesystem::path& path);

  /// @param fd Of a file that is open already; if it is none, `errno` says why.
  /// @param path For the fault's text only.
  record_reader(unique_fd fd, const std::filesystem::path& path);

  /// The next whole record, without its end, until the next call.
  /// @returns false at the end, or where `fault` is.
  bool next(std::string_view& record);

  /// How many bytes the records so far have, with their ends.
  uint64_t bytes() const {
    return bytes_;
  }

  /// Why it ended before its end; empty: it did not. A last record without
  /// an end, as a crash leaves it, is no fault, and is left out.
  const std::string& fault() const {
    return fault_;
  }

private:
  bool fill();

  unique_fd fd_;
  std::string buffer_;
  size_t begin_ = 0; ///< Of what is not read yet.
  uint64_t bytes_ = 0;
  std::string fault_;
};

} // namespace camnode
