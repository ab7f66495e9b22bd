#include "actors/recorder/film_closing.hpp"

#include "actors/base/file_ops.hpp"
#include "actors/base/log.hpp"
#include "messages/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace camnode {

namespace fs = std::filesystem;

namespace {

caf::error cut(int fd, const fs::path& path, uint64_t end) {
  if (::ftruncate(fd, static_cast<off_t>(end)) != 0)
    return file_error(ec::write_failed, path, errno);
  return caf::none;
}

/// Writes over what is there, or after it.
caf::error write_at(int fd, const fs::path& path, uint64_t offset,
                    std::string_view bytes) {
  // Where a file was opened to append, `pwrite` does that, at any offset.
  auto flags = ::fcntl(fd, F_GETFL);
  if ((flags & O_APPEND) != 0 && ::fcntl(fd, F_SETFL, flags & ~O_APPEND) != 0)
    return file_error(ec::write_failed, path, errno);
  while (!bytes.empty()) {
    auto n = ::pwrite(fd, bytes.data(), bytes.size(),
                      static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return file_error(ec::write_failed, path, n < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return caf::none;
}

caf::error stay_fragmented(int fd, const fs::path& path, uint64_t end,
                           const caf::error& why) {
  log_warning("recorder", "the film stays a fragmented MP4: ", describe(why));
  return cut_film(fd, path, end);
}

} // namespace

caf::error cut_film(int fd, const fs::path& path, uint64_t end) {
  if (auto err = cut(fd, path, end))
    return err;
  return sync_data(fd, path);
}

caf::error close_film(int fd, const fs::path& path, uint64_t end,
                      const mp4_track& track, const mp4_frames& frames) {
  auto tables = frames.tables(track);
  if (tables.empty())
    return cut_film(fd, path, end);
  if (auto err = cut(fd, path, end))
    return err;
  if (auto err = write_at(fd, path, end, tables))
    return stay_fragmented(fd, path, end, err);
  if (auto err = sync_data(fd, path))
    return err;
  if (auto err = write_at(fd, path, mp4_switch_at, mp4_closed_switch(end)))
    return stay_fragmented(fd, path, end, err);
  auto err = sync_data(fd, path);
  if (err)
    static_cast<void>(write_at(fd, path, mp4_switch_at, mp4_open_switch()));
  return err;
}

caf::error reopen_film(int fd, const fs::path& path) {
  if (auto err = write_at(fd, path, mp4_switch_at, mp4_open_switch()))
    return err;
  return sync_data(fd, path);
}

} // namespace camnode
