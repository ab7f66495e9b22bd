#include "nodes/recovery/file_repairs.hpp"

#include "actors/base/log.hpp"
#include "actors/recorder/piece_repair.hpp"
#include "actors/sensor_log/sensor_repair.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"
#include "nodes/recovery/containment.hpp"

#include <algorithm>
#include <cstdint>
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

void tell(const std::string& file, const piece_repair& x) {
  if (x.stem.empty() && x.doubled > 0)
    return log_warning(who, file, ": all ", x.doubled,
                       " whole frames of it are in another film, ",
                       x.set_aside ? "set aside as .damaged" : "removed");
  if (x.stem.empty())
    return log_warning(who, file, ": no whole frame in it, ",
                       x.set_aside ? "set aside as .damaged" : "removed", "; ",
                       x.bytes_cut, " bytes, ", x.rows_cut, " rows");
  log_warning(who, file, ": completed as ", x.stem, ", ", x.frames, " frames, ",
              x.rebuilt, " rows rebuilt; cut off: ", x.frames_cut, " frames, ",
              x.doubled, " of them whole in another film, ", x.bytes_cut,
              " bytes, ", x.rows_cut, " rows");
}

void repair_film(const broken_piece& x) {
  auto file = (x.film.empty() ? x.index : x.film).string();
  contain(who, file, [&] {
    auto done = repair_piece(x);
    if (done)
      tell(file, *done);
    else
      log_error(who, file, ": left as it is: ", describe(done.error()));
  });
}

void repair_camera(const fs::path& dir, const file_judge& judge) {
  auto broken = find_broken_pieces(dir);
  if (!broken)
    return log_error(who, describe(broken.error()));
  auto folder = "cam/" + dir.filename().string();
  // What a film need not keep, as the one after it has it, is known when that
  // one is complete.
  std::for_each(broken->rbegin(), broken->rend(), [&](const auto& x) {
    if (judge.may_repair(folder, x))
      repair_film(x);
  });
}

void repair_sensor_file(const fs::path& dir, int64_t start_ms) {
  auto file = (dir / open_piece_name(start_ms, "csv")).string();
  contain(who, file, [&] {
    auto done = repair_readings(dir, start_ms);
    if (!done)
      log_error(who, file, ": left as it is: ", describe(done.error()));
    else if (done->stem.empty())
      log_warning(who, file, ": no whole reading in it, ",
                  done->set_aside ? "set aside as .damaged" : "removed");
    else
      log_warning(who, file, ": completed as ", done->stem, ", ", done->rows,
                  " readings; cut off: ", done->bytes_cut, " bytes");
  });
}

void repair_topic(const fs::path& dir, const std::string& folder,
                  const file_judge& judge) {
  auto broken = find_broken_readings(dir);
  if (!broken)
    return log_error(who, describe(broken.error()));
  for (auto start_ms : *broken)
    if (judge.may_repair(folder, start_ms))
      repair_sensor_file(dir, start_ms);
}

/// Topics have 16 levels at most.
void repair_topics(const fs::path& dir, const std::string& parent,
                   const file_judge& judge, int levels = 20) {
  for (auto& path : folders_in(dir)) {
    auto folder = parent + "/" + path.filename().string();
    repair_topic(path, folder, judge);
    if (levels > 0)
      repair_topics(path, folder, judge, levels - 1);
  }
}

} // namespace

void repair_files(const fs::path& dir, const file_judge& judge) {
  for (auto& folder : folders_in(dir / "cam"))
    repair_camera(folder, judge);
  repair_topics(dir / "sensors", "sensors", judge);
  if (std::error_code err; fs::is_directory(dir / "markers", err))
    repair_topic(dir / "markers", "markers", judge);
}

} // namespace camnode
