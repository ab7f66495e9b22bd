#pragma once

#include "actors/base/input_file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace camnode {

/// Reads a file from front to back in big steps, and gives pieces of it without
/// copying them.
class window_reader {
public:
  explicit window_reader(const std::filesystem::path& path);

  /// Why it cannot be read; empty: it can.
  const std::string& fault() const {
    return file_.fault();
  }

  uint64_t size() const {
    return file_.size();
  }

  /// Copies the bytes at a place. @returns false where they cannot be read.
  bool read(uint64_t offset, uint8_t* out, size_t size) const {
    return file_.read(offset, out, size);
  }

  /// The bytes at a place, until the next call.
  /// @param size Memory is taken for so many.
  /// @returns Null where they are not there, or cannot be read.
  const uint8_t* at(uint64_t offset, size_t size);

private:
  input_file file_;
  std::vector<uint8_t> window_;
  uint64_t begin_ = 0;  ///< Of the window, in the file.
  uint64_t filled_ = 0; ///< How much of the window is read.
};

} // namespace camnode
