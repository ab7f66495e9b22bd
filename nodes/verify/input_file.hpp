#pragma once

#include "actors/shared/file_ops.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace camnode {

/// A file to read from. Whatever happens to the file meanwhile, a read that
/// fails says so.
class input_file {
public:
  explicit input_file(const std::filesystem::path& path);

  /// Why it cannot be read; empty: it can.
  const std::string& fault() const {
    return fault_;
  }

  /// Whether nothing has that name.
  bool missing() const {
    return missing_;
  }

  uint64_t size() const {
    return size_;
  }

  bool read(uint64_t offset, uint8_t* out, size_t size) const {
    return read_at(fd_.get(), offset, out, size);
  }

private:
  unique_fd fd_;
  uint64_t size_ = 0;
  std::string fault_;
  bool missing_ = false;
};

/// Reads a whole file of at most `limit` bytes into `out`.
/// @returns What is wrong, empty if nothing is.
std::string read_text(const input_file& file, uint64_t limit, std::string& out);

} // namespace camnode
