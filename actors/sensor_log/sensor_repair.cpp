#include "actors/sensor_log/sensor_repair.hpp"

#include "actors/base/file_ops.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/sensor_check.hpp"
#include "messages/disk/sensor_origin.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <set>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view wider = wider_ending;

caf::expected<sensor_facts> read_facts(int fd, const fs::path& path) {
  sensor_check reader;
  std::array<char, 65536> chunk;
  for (;;) {
    auto n = ::read(fd, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return file_error(ec::open_failed, path, errno);
    if (n == 0)
      return reader.finish();
    reader.feed({chunk.data(), static_cast<size_t>(n)});
  }
}

/// The file of `start_ms`, and a wider copy of it.
fs::path part_of(const fs::path& dir, int64_t start_ms) {
  return dir / open_piece_name(start_ms, "csv");
}

caf::error settle_copy(const fs::path& part) {
  auto copy = part;
  copy += wider;
  auto origin = readings_origin(copy);
  if (origin == file_origin::none || origin == file_origin::other)
    return caf::none;
  // The copy takes the place of the file in one step: as long as both are
  // there, all readings are in the file.
  if (readings_origin(part) == file_origin::none)
    return rename_no_replace_synced(copy, part);
  if (::unlink(copy.c_str()) != 0)
    return file_error(ec::write_failed, copy, errno);
  return caf::none;
}

/// There is no reading in `part`.
caf::error leave_nothing(const fs::path& part, const sensor_facts& facts,
                         sensor_repair& result) {
  // A first reading that was being written, or its page that a power cut took,
  // is nothing that anybody was promised.
  constexpr uint64_t one_page = 4096;
  auto only_begun = facts.columns > 0 && (facts.fault.empty() || facts.cut)
                    && facts.size - facts.whole_size <= one_page;
  if (facts.size == 0 || only_begun) {
    if (::unlink(part.c_str()) != 0)
      return file_error(ec::write_failed, part, errno);
    return sync_directory(part.parent_path());
  }
  auto to = part;
  to.replace_extension(damaged_ending);
  result.set_aside = true;
  return rename_no_replace_synced(part, to);
}

} // namespace

caf::expected<std::vector<int64_t>> find_broken_readings(const fs::path& dir) {
  std::set<int64_t> result;
  std::error_code err;
  fs::directory_iterator i{dir, err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err)) {
    auto file = i->path().filename().string();
    auto copy = file.size() > wider.size()
                && file.substr(file.size() - wider.size()) == wider;
    if (copy)
      file.resize(file.size() - wider.size());
    auto name = parse_piece_name(file);
    std::error_code ignored;
    if (name && name->open() && name->extension == "csv"
        && fs::is_regular_file(i->symlink_status(ignored)))
      result.insert(name->start_ms);
  }
  if (err)
    return caf::make_error(ec::open_failed,
                           dir.string() + ": " + err.message());
  return std::vector<int64_t>{result.begin(), result.end()};
}

caf::expected<sensor_repair> repair_readings(const fs::path& dir,
                                             int64_t start_ms) {
  auto part = part_of(dir, start_ms);
  if (auto err = settle_copy(part))
    return err;
  unique_fd fd{::open(part.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd)
    return file_error(ec::open_failed, part, errno);
  auto facts = read_facts(fd.get(), part);
  if (!facts)
    return std::move(facts.error());
  sensor_repair result;
  result.rows = facts->rows;
  result.bytes_cut = facts->size - facts->whole_size;
  if (facts->rows == 0) {
    if (auto err = leave_nothing(part, *facts, result))
      return err;
    return result;
  }
  if (result.bytes_cut > 0
      && ::ftruncate(fd.get(), static_cast<off_t>(facts->whole_size)) != 0)
    return file_error(ec::write_failed, part, errno);
  if (auto err = sync_data(fd.get(), part))
    return err;
  // Readings come in the order of their times, but a name needs a sound one.
  constexpr auto latest = std::numeric_limits<int64_t>::max() / 1'000'000;
  auto sound = facts->last_ms > start_ms && facts->last_ms < latest;
  auto end_ms = (sound ? facts->last_ms : start_ms) + 1;
  result.stem = piece_stem(start_ms, end_ms);
  if (auto err = rename_no_replace_synced(part,
                                          dir / (result.stem + table_ending)))
    return err;
  return result;
}

} // namespace camnode
