#include "nodes/recovery/file_repairs.hpp"

#include "actors/recorder/segment_check.hpp"
#include "actors/recorder/segment_repair.hpp"
#include "actors/sensor_log/sensor_repair.hpp"
#include "actors/shared/log.hpp"
#include "actors/shared/segment_schedule.hpp"
#include "messages/error.hpp"
#include "nodes/verify/input_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr auto who = "repair";

std::vector<fs::path> folders_in(const fs::path& dir) {
  std::vector<fs::path> result;
  std::error_code err;
  fs::directory_iterator i{dir, err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err))
    if (std::error_code ignored; i->is_directory(ignored))
      result.push_back(i->path());
  std::sort(result.begin(), result.end());
  return result;
}

/// The first frame of an index; nothing if it has none with a number.
std::optional<frame_number> first_frame_of(const fs::path& index) {
  std::array<char, index_header.size() + max_index_row_size> head;
  input_file file{index};
  auto size = std::min<uint64_t>(head.size(), file.size());
  if (!file.read(0, reinterpret_cast<uint8_t*>(head.data()), size))
    return std::nullopt;
  auto facts = read_index({head.data(), size});
  // Without an epoch, the same number may be another frame's.
  if (facts.ranges.empty() || facts.ranges.front().epoch == 0)
    return std::nullopt;
  return frame_number{facts.ranges.front().epoch, facts.ranges.front().first};
}

/// The first frame behind the segment that starts at `start_ms`.
std::optional<frame_number> first_frame_behind(const fs::path& dir,
                                               int64_t start_ms) {
  auto next_ms = std::numeric_limits<int64_t>::max();
  fs::path index;
  std::error_code err;
  fs::directory_iterator i{dir, err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err)) {
    auto file = i->path().filename().string();
    auto name = parse_segment_name(file);
    if (name && name->extension == "csv" && name->start_ms > start_ms
        && name->start_ms < next_ms) {
      next_ms = name->start_ms;
      index = i->path();
    }
  }
  return index.empty() ? std::nullopt : first_frame_of(index);
}

void tell(const std::string& file, const segment_repair& x) {
  if (x.stem.empty())
    return log_warning(who, file, ": no whole frame in it, ",
                       x.set_aside ? "set aside as .damaged" : "removed", "; ",
                       x.bytes_cut, " bytes, ", x.rows_cut, " rows");
  log_warning(who, file, ": completed as ", x.stem, ", ", x.frames, " frames, ",
              x.rebuilt, " rows rebuilt; cut off: ", x.frames_cut, " frames, ",
              x.bytes_cut, " bytes, ", x.rows_cut, " rows");
}

void repair_camera(const fs::path& dir) {
  auto broken = find_broken_segments(dir);
  if (!broken)
    return log_error(who, describe(broken.error()));
  for (auto& x : *broken) {
    auto file = (x.film.empty() ? x.index : x.film).string();
    auto done = repair_segment(x, first_frame_behind(dir, x.start_ms));
    if (done)
      tell(file, *done);
    else
      log_error(who, file, ": left as it is: ", describe(done.error()));
  }
}

void repair_topic(const fs::path& dir) {
  auto broken = find_broken_readings(dir);
  if (!broken)
    return log_error(who, describe(broken.error()));
  for (auto start_ms : *broken) {
    auto file = (dir / open_segment_name(start_ms, "csv")).string();
    auto done = repair_readings(dir, start_ms);
    if (!done)
      log_error(who, file, ": left as it is: ", describe(done.error()));
    else if (done->stem.empty())
      log_warning(who, file, ": no whole reading in it, ",
                  done->set_aside ? "set aside as .damaged" : "removed");
    else
      log_warning(who, file, ": completed as ", done->stem, ", ", done->rows,
                  " readings; cut off: ", done->bytes_cut, " bytes");
  }
}

/// Topics have 16 levels at most.
void repair_topics(const fs::path& dir, int levels = 20) {
  for (auto& folder : folders_in(dir)) {
    repair_topic(folder);
    if (levels > 0)
      repair_topics(folder, levels - 1);
  }
}

} // namespace

void repair_files(const fs::path& dir) {
  for (auto& folder : folders_in(dir / "cam"))
    repair_camera(folder);
  repair_topics(dir / "sensors");
}

} // namespace camnode
