#pragma once

#include "messages/error.hpp"

#include <caf/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace camnode {

/// A file descriptor that closes itself. Moved, never copied.
class unique_fd {
public:
  unique_fd() = default;

  /// Takes over `fd`; a negative one is none.
  explicit unique_fd(int fd) : fd_(fd) {
  }

  unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {
  }

  unique_fd& operator=(unique_fd&& other) noexcept {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }

  ~unique_fd() {
    reset();
  }

  int get() const {
    return fd_;
  }

  explicit operator bool() const {
    return fd_ >= 0;
  }

  void reset(int fd = -1);

private:
  int fd_ = -1;
};

/// Folders that are held by a descriptor are named by its number in here.
inline const std::filesystem::path descriptor_folder = "/proc/self/fd";

/// `path` in words, for people: one below a folder that is held
/// by a descriptor gets the name that this folder has now.
std::string shown(const std::filesystem::path& path);

/// An error that says which file and why: "<path>: <text of errnum>".
caf::error file_error(ec code, const std::filesystem::path& path, int errnum);

/// Reads exactly `size` bytes at `offset` into `out`.
/// @returns false if they are not there, or cannot be read (`errno`).
bool read_at(int fd, uint64_t offset, uint8_t* out, size_t size);

} // namespace camnode
