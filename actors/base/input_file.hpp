#pragma once

#include "actors/base/file_ops.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

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

/// Calls `f(std::string_view)` with chunk after chunk of a file.
/// @returns false if it cannot be read to its end.
template <class F>
bool each_chunk(const input_file& file, F f) {
  std::vector<char> buffer(size_t{1} << 20);
  auto bytes = reinterpret_cast<uint8_t*>(buffer.data());
  for (uint64_t at = 0; at < file.size();) {
    auto n = std::min<uint64_t>(buffer.size(), file.size() - at);
    if (!file.read(at, bytes, n))
      return false;
    f(std::string_view{buffer.data(), n});
    at += n;
  }
  return file.fault().empty();
}

} // namespace camnode
