#include "actors/camera/jpeg_splitter.hpp"
#include "actors/camera/video_file.hpp"
#include "messages/error.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace camnode {

namespace {

constexpr size_t read_bytes = 64 * 1024;

class mjpeg_file : public video_file {
public:
  mjpeg_file(std::string path, double fps) : path_(std::move(path)), fps_(fps) {
  }

  std::optional<int64_t> advance() override {
    while (!(jpeg_ = splitter_.next())) {
      auto room = splitter_.prepare(read_bytes);
      file_.read(reinterpret_cast<char*>(room.data),
                 static_cast<std::streamsize>(room.size));
      if (file_.gcount() > 0) {
        splitter_.commit(static_cast<size_t>(file_.gcount()), 0);
      } else if (std::exchange(over_, true)) {
        return std::nullopt;
      } else {
        splitter_.finish();
      }
    }
    return static_cast<int64_t>(static_cast<double>(index_++) * 1e9 / fps_);
  }

  picture take() override {
    return {std::move(jpeg_->jpeg), jpeg_->width, jpeg_->height};
  }

  caf::error rewind() override {
    index_ = 0;
    over_ = false;
    file_ = std::ifstream{path_, std::ios::binary};
    if (file_)
      return caf::none;
    auto reason = std::generic_category().message(errno);
    return caf::make_error(ec::open_failed, path_ + ": " + reason);
  }

  int64_t period_ns() const override {
    return static_cast<int64_t>(1e9 / fps_);
  }

  uint64_t broken_frames() const override {
    return splitter_.broken_frames();
  }

  std::string broken_reason() const override {
    return splitter_.broken_reason();
  }

private:
  const std::string path_;
  const double fps_;
  std::ifstream file_;
  jpeg_splitter splitter_;
  std::optional<split_jpeg> jpeg_;
  uint64_t index_ = 0;
  bool over_ = false; ///< The file's last byte is in the splitter.
};

} // namespace

caf::expected<video_file_ptr> open_mjpeg(const std::string& path, double fps) {
  auto result = std::make_unique<mjpeg_file>(path, fps);
  if (auto error = result->rewind())
    return error;
  return video_file_ptr{std::move(result)};
}

} // namespace camnode
