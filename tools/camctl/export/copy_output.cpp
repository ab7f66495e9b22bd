#include "actors/base/checksum.hpp"
#include "actors/base/file_ops.hpp"
#include "tools/camctl/export/film_output.hpp"
#include "tools/camctl/export/table_file.hpp"
#include "tools/camctl/export/window_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t frames_per_report = 256;

class copy_output : public film_output {
public:
  copy_output(fs::path path, unique_fd fd, const film_format& x)
    : path_(std::move(path)), fd_(std::move(fd)) {
    film_.track = mp4_track_of(x.start_ms, x.width, x.height);
    film_.rate = x.rate;
  }

  caf::error add(const film_picture& x) override {
    film_.jpeg_bytes.push_back(static_cast<uint32_t>(x.size));
    checksums_.push_back(x.xxh3);
    end_ += x.size;
    return write_all(fd_.get(), {reinterpret_cast<const char*>(x.jpeg), x.size},
                     path_);
  }

  caf::error close(const std::function<bool(uint64_t)>& on_proved) override {
    if (auto err = finish())
      return err;
    fd_.reset();
    return prove(on_proved);
  }

private:
  caf::error finish() {
    auto tables = mp4_even_tables(film_);
    if (tables.empty())
      return caf::make_error(ec::write_failed,
                             path_.string() + ": no film can have "
                               + std::to_string(checksums_.size()) + " frames");
    if (auto err = write_all(fd_.get(), tables, path_))
      return err;
    // The file is open for appending, which `pwrite` does, too, then.
    unique_fd fd{::open(path_.c_str(), O_WRONLY | O_CLOEXEC)};
    auto header = mp4_closed_switch(end_);
    auto written = fd ? ::pwrite(fd.get(), header.data(), header.size(),
                                 mp4_switch_at)
                      : -1;
    if (written != static_cast<ssize_t>(header.size()))
      return file_error(ec::write_failed, path_, written < 0 ? errno : EIO);
    return unwritten(sync_data(fd.get(), path_));
  }

  caf::error prove(const std::function<bool(uint64_t)>& on_proved) const {
    window_reader file{path_};
    if (!file.fault().empty())
      return unlike(file.fault());
    auto film = read_mp4_even_film(file.size(), [&](auto at, auto to, auto n) {
      return file.read(at, to, n);
    });
    if (!film)
      return unlike(reason_of(film.error()));
    if (film->jpeg_bytes != film_.jpeg_bytes || !(film->rate == film_.rate)
        || !(film->track == film_.track))
      return unlike("its tables are others");
    auto at = mp4_even_begin;
    for (size_t i = 0; i < checksums_.size(); ++i) {
      auto bytes = film_.jpeg_bytes[i];
      auto jpeg = file.at(at, bytes);
      if (!jpeg || xxh3_of(jpeg, bytes) != checksums_[i])
        return unlike("frame " + std::to_string(i)
                      + (jpeg ? " has another picture" : " cannot be read"));
      at += bytes;
      if ((i + 1) % frames_per_report == 0 && !on_proved(i + 1))
        return caf::make_error(ec::unavailable, "stopped");
    }
    return caf::none;
  }

  caf::error unlike(const std::string& why) const {
    return caf::make_error(ec::bad_message,
                           path_.string()
                             + ": is not what was written: " + why);
  }

  const fs::path path_;
  unique_fd fd_;
  mp4_even_film film_;
  std::vector<uint64_t> checksums_;
  uint64_t end_ = mp4_even_begin;
};

} // namespace

caf::expected<film_output_ptr> make_copy_output(const fs::path& path,
                                                const film_format& format) {
  auto fd = create_file(path);
  if (!fd)
    return unwritten(fd.error());
  if (auto err = write_all(fd->get(), mp4_even_head(), path))
    return err;
  return std::make_unique<copy_output>(path, std::move(*fd), format);
}

} // namespace camnode
