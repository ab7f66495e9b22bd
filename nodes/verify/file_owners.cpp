#include "nodes/verify/file_owners.hpp"

#include "actors/sensor_log/topic_path.hpp"

namespace camnode {

std::set<file_key> files_of(const manifest& x) {
  std::set<file_key> result;
  for (auto& [id, camera] : x.cameras)
    for (auto& segment : camera.segments)
      result.emplace("cam/" + id, segment.file);
  for (auto& [topic, sensor] : x.sensors)
    if (auto folder = topic_path(topic))
      for (auto& file : sensor.files)
        result.emplace("sensors/" + *folder, file);
  return result;
}

bool lists(const std::set<file_key>& files, const std::string& folder,
           const listed_piece& piece) {
  return files.count({folder, piece.stem}) > 0
         || files.count({folder, std::to_string(piece.start_ms)}) > 0;
}

void file_owners::add(const manifest& x) {
  auto session = spans_.size();
  spans_.push_back({x.session.start_ms, x.session.stop_ms, session});
  for (auto& file : files_of(x))
    listed_.emplace(file, session);
}

std::optional<size_t> file_owners::owner_of(const std::string& folder,
                                            const listed_piece& piece) const {
  auto listed = listed_.find({folder, piece.stem});
  if (listed == listed_.end()) // It was open when its manifest was written.
    listed = listed_.find({folder, std::to_string(piece.start_ms)});
  if (listed != listed_.end())
    return listed->second;
  std::optional<span> last;
  for (auto& x : spans_)
    if (piece.start_ms >= x.start_ms
        && (x.stop_ms == 0 || piece.start_ms < x.stop_ms)
        && (!last || x.start_ms >= last->start_ms))
      last = x;
  return last ? std::optional{last->session} : std::nullopt;
}

} // namespace camnode
