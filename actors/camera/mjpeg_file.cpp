#include "actors/camera/mjpeg_file.hpp"

#include "messages/error.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace camnode {

namespace {

constexpr size_t read_bytes = 64 * 1024;

} // namespace

mjpeg_file::mjpeg_file(std::string path, double fps)
  : path_(std::move(path)), fps_(fps) {
}

std::optional<int64_t> mjpeg_file::advance() {
  while (!(jpeg_ = splitter_.next())) {
    auto room = splitter_.prepare(read_bytes);
    file_.read(reinterpret_cast<char*>(room.data),
               static_cast<std::streamsize>(room.size));
    if (file_.gcount() > 0)
      splitter_.commit(static_cast<size_t>(file_.gcount()), 0);
    else if (std::exchange(over_, true))
      return std::nullopt;
    else
      splitter_.finish();
  }
  return static_cast<int64_t>(static_cast<double>(index_++) * 1e9 / fps_);
}

split_jpeg mjpeg_file::take() {
  return std::move(*jpeg_);
}

caf::error mjpeg_file::rewind() {
  index_ = 0;
  over_ = false;
  file_ = std::ifstream{path_, std::ios::binary};
  if (file_)
    return caf::none;
  auto reason = std::generic_category().message(errno);
  return caf::make_error(ec::open_failed, path_ + ": " + reason);
}

int64_t mjpeg_file::period_ns() const {
  return static_cast<int64_t>(1e9 / fps_);
}

uint64_t mjpeg_file::broken_frames() const {
  return splitter_.broken_frames();
}

std::string mjpeg_file::broken_reason() const {
  return splitter_.broken_reason();
}

} // namespace camnode
