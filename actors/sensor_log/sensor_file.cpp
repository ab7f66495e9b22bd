#include "actors/sensor_log/sensor_file.hpp"

#include "actors/shared/segment_schedule.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

caf::error sensor_file::open(const fs::path& dir, int64_t start_ms,
                             csv_table& table) {
  if (auto err = create_directories_synced(dir))
    return err;
  auto path = dir / open_segment_name(start_ms, "csv");
  auto fd = create_file(path);
  if (!fd)
    return std::move(fd.error());
  auto err = write_all(fd->get(), table.header(), path);
  if (!err)
    err = sync_directory(dir);
  if (err) { // Nothing is in it yet: the next try finds its name free.
    ::unlink(path.c_str());
    return err;
  }
  table_ = &table;
  path_ = std::move(path);
  start_ms_ = start_ms;
  fd_ = std::move(*fd);
  unsynced_ = true;
  return caf::none;
}

caf::error sensor_file::append(int64_t timestamp_ms,
                               const sensor_values& values) {
  auto row = table_->make_row(timestamp_ms, values);
  if (!row)
    return std::move(row.error());
  if (row->widened)
    if (auto err = widen())
      return err;
  unsynced_ = true;
  return write_all(fd_.get(), row->text, path_);
}

caf::error sensor_file::widen() {
  auto wider_path = path_;
  wider_path += ".wider";
  // Ours alone: what an earlier attempt left there is of no use.
  ::unlink(wider_path.c_str());
  auto wider = create_file(wider_path);
  if (!wider)
    return std::move(wider.error());
  unique_fd old{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!old)
    return file_error(ec::open_failed, path_, errno);
  csv_widener widener{*table_};
  std::array<char, 65536> piece;
  for (;;) {
    auto n = ::read(old.get(), piece.data(), piece.size());
    if (n < 0)
      return file_error(ec::write_failed, path_, errno);
    if (n == 0)
      break;
    auto text = widener.feed({piece.data(), static_cast<size_t>(n)});
    if (auto err = write_all(wider->get(), text, wider_path))
      return err;
  }
  if (auto err = sync_data(wider->get(), wider_path))
    return err;
  if (::rename(wider_path.c_str(), path_.c_str()) != 0)
    return file_error(ec::write_failed, path_, errno);
  fd_ = std::move(*wider);
  return sync_directory(path_.parent_path());
}

caf::error sensor_file::sync() {
  if (!fd_ || !unsynced_)
    return caf::none;
  unsynced_ = false;
  return sync_data(fd_.get(), path_);
}

caf::error sensor_file::close(int64_t end_ms) {
  if (!fd_)
    return caf::none;
  auto err = sync();
  fd_.reset();
  if (err)
    return err;
  auto final_path = path_.parent_path()
                    / (segment_stem(start_ms_, end_ms) + ".csv");
  return rename_no_replace_synced(path_, final_path);
}

} // namespace camnode
