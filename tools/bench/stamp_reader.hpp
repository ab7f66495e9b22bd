#pragma once

#include "actors/base/file_ops.hpp"
#include "tools/bench/stamp.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace camnode::bench {

/// One cheap reader of a multipart stream: takes the headers and the stamps
/// out of the socket, and has the kernel drop the rest uncopied.
class stamp_reader {
public:
  /// @param on_frame Hears of each frame when its last byte has come.
  stamp_reader(unique_fd fd, std::function<void(const stamp&)> on_frame);

  int fd() const {
    return fd_.get();
  }

  /// Takes what has come.
  /// @throws std::runtime_error at the stream's end, or if it is none.
  void read();

  /// Bytes that came, ever.
  uint64_t bytes() const {
    return bytes_;
  }

private:
  /// @returns false if nothing is there.
  bool read_head();
  bool read_body();
  bool receive(void* buffer, size_t size, int flags, size_t& n);

  /// Looks for the header's end, and the stamp after it.
  void parse();
  void drop(size_t n);

  unique_fd fd_;
  const std::function<void(const stamp&)> on_frame_;
  std::array<char, 1024> buffer_;
  size_t used_ = 0;
  size_t missing_ = 0; ///< Of the JPEG; 0 in a header.
  stamp current_;
  uint64_t bytes_ = 0;
};

} // namespace camnode::bench
