#include "actors/sensor_log/sensor_file.hpp"

#include "messages/disk/file_names.hpp"

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
  auto path = dir / open_piece_name(start_ms, "csv");
  auto fd = create_file(path);
  if (!fd)
    return std::move(fd.error());
  auto header = table.header();
  if (auto err = write_all(fd->get(), header, path)) {
    // Nothing is in it yet: the next try finds its name free.
    ::unlink(path.c_str());
    return err;
  }
  table_ = &table;
  path_ = std::move(path);
  start_ms_ = start_ms;
  fd_ = std::move(*fd);
  size_ = durable_size_ = header_size_ = header.size();
  unsynced_ = true;
  return caf::none;
}

caf::error sensor_file::append(int64_t time, const sensor_values& values) {
  auto row = table_->make_row(time, values);
  if (!row)
    return std::move(row.error());
  if (row->widened)
    if (auto err = has_readings() ? widen() : write_header())
      return err;
  unsynced_ = true;
  if (auto err = write_all(fd_.get(), row->text, path_)) {
    cut(size_);
    return err;
  }
  size_ += row->text.size();
  return caf::none;
}

void sensor_file::cut(uint64_t size) {
  size_ = size;
  // If this fails too, a repair cuts what is no whole row.
  static_cast<void>(::ftruncate(fd_.get(), static_cast<off_t>(size)));
}

caf::error sensor_file::write_header() {
  cut(0);
  durable_size_ = header_size_ = 0;
  auto header = table_->header();
  if (auto err = write_all(fd_.get(), header, path_))
    return err;
  size_ = durable_size_ = header_size_ = header.size();
  return caf::none;
}

caf::error sensor_file::widen() {
  auto wider = create_version(path_, wider_ending, table_->header());
  if (!wider)
    return std::move(wider.error());
  if (auto err = copy_to(*wider)) {
    ::unlink(wider->path.c_str());
    return err;
  }
  fd_ = std::move(wider->fd);
  header_size_ = table_->header().size();
  return sync_directory(path_.parent_path());
}

caf::error sensor_file::copy_to(const new_version& wider) {
  unique_fd old{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!old)
    return file_error(ec::open_failed, path_, errno);
  csv_widener widener{*table_};
  uint64_t size = 0;
  std::array<char, 65536> chunk;
  for (;;) {
    auto n = ::read(old.get(), chunk.data(), chunk.size());
    if (n < 0)
      return file_error(ec::write_failed, path_, errno);
    if (n == 0)
      break;
    auto text = widener.feed({chunk.data(), static_cast<size_t>(n)});
    if (auto err = write_all(wider.fd.get(), text, wider.path))
      return err;
    size += text.size();
  }
  if (auto err = sync_data(wider.fd.get(), wider.path))
    return err;
  if (::rename(wider.path.c_str(), path_.c_str()) != 0)
    return file_error(ec::write_failed, path_, errno);
  size_ = durable_size_ = size;
  return caf::none;
}

caf::error sensor_file::sync() {
  if (!fd_ || !unsynced_)
    return caf::none;
  unsynced_ = false;
  if (auto err = sync_data(fd_.get(), path_)) {
    cut(durable_size_);
    return err;
  }
  durable_size_ = size_;
  return caf::none;
}

caf::error sensor_file::close(int64_t end_ms) {
  if (!fd_)
    return caf::none;
  if (auto err = sync())
    return err;
  if (size_ == header_size_) { // A file without readings is none.
    fd_.reset();
    if (::unlink(path_.c_str()) != 0)
      return file_error(ec::write_failed, path_, errno);
    return sync_directory(path_.parent_path());
  }
  auto final_path = path_.parent_path()
                    / (piece_stem(start_ms_, end_ms) + table_ending);
  if (auto err = rename_no_replace_synced(path_, final_path))
    return err;
  fd_.reset();
  return caf::none;
}

} // namespace camnode
