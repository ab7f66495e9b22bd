#pragma once

#include "actors/base/checksum.hpp"
#include "messages/descriptor.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace camnode {

/// What a file of an export has, for whoever checks it later.
struct file_facts {
  uint64_t bytes = 0;
  uint64_t xxh3 = 0; ///< XXH3-64 of all of it, as `xxhsum -H3` prints it.
};

/// Reads a whole file. @returns `ec::bad_message` if it cannot be read.
caf::expected<file_facts> facts_of(const std::filesystem::path& path);

/// The error of something that an export cannot write or make, whatever it is
/// that cannot be: `ec::write_failed` with the same words. None stays none.
caf::error unwritten(const caf::error& x);

/// A new text file, written in big steps.
class table_file {
public:
  /// Creates it. @returns `ec::write_failed`, also where the name is taken.
  static caf::expected<table_file> create(std::filesystem::path path);

  /// What is to be written next: append to it, then call `flush`.
  std::string text;

  /// Writes `text` if there is enough of it. @returns `ec::write_failed`.
  caf::error flush();

  /// Writes the rest, and promises that all of it survives a power cut.
  /// @returns `ec::write_failed`.
  caf::error close();

  /// @pre It is closed.
  file_facts facts() const {
    return {bytes_, sum_.value()};
  }

private:
  table_file(std::filesystem::path path, unique_fd fd);

  caf::error write();

  std::filesystem::path path_;
  unique_fd fd_;
  uint64_t bytes_ = 0;
  xxh3_sum sum_;
};

} // namespace camnode
