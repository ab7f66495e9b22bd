#include "messages/disk/file_owners.hpp"

#include "messages/disk/file_names.hpp"

namespace camnode {

std::set<file_key> files_of(const manifest& x) {
  std::set<file_key> result;
  for (auto& [id, camera] : x.cameras)
    for (auto& piece : camera.pieces)
      result.emplace("cam/" + id, piece.file);
  for (auto& [topic, sensor] : x.sensors)
    if (auto folder = readings_folder(topic))
      for (auto& file : sensor.files)
        result.emplace(*folder, file);
  return result;
}

bool lists(const std::set<file_key>& files, const std::string& folder,
           const listed_piece& piece) {
  return files.count({folder, piece.stem}) > 0
         || files.count({folder, std::to_string(piece.start_ms)}) > 0;
}

void file_owners::add(const manifest& x) {
  span added;
  added.start_ms = x.session.start_ms;
  added.stop_ms = x.session.stop_ms;
  added.session = spans_.size();
  added.segment_ms = x.session.segment_ms;
  added.not_over = !x.over();
  for (auto& [topic, sensor] : x.sensors)
    if (auto folder = readings_folder(topic))
      added.folders.insert(*folder);
  for (auto& file : files_of(x))
    listed_.emplace(file, added.session);
  spans_.push_back(std::move(added));
}

file_claim file_owners::claim_on(const std::string& folder, int64_t start_ms,
                                 const std::string& stem) const {
  // A name that was taken is given up for one of a little before.
  constexpr int64_t slack_ms = 1'000;
  file_claim result;
  result.listed = listed_.count({folder, stem}) > 0
                  || listed_.count({folder, std::to_string(start_ms)}) > 0;
  if (result.listed)
    return result;
  for (auto& x : spans_) {
    if (!x.has(start_ms) && !x.has(start_ms + slack_ms))
      continue;
    auto at_cut = x.segment_ms > 0
                  && (start_ms - x.start_ms) % x.segment_ms == 0;
    result.in_time = true;
    result.not_over |= x.not_over;
    result.expected |= at_cut || x.folders.count(folder) > 0;
  }
  return result;
}

std::optional<size_t> file_owners::owner_of(const std::string& folder,
                                            const listed_piece& piece) const {
  auto listed = listed_.find({folder, piece.stem});
  if (listed == listed_.end()) // It was open when its manifest was written.
    listed = listed_.find({folder, std::to_string(piece.start_ms)});
  if (listed != listed_.end())
    return listed->second;
  const span* last = nullptr;
  for (auto& x : spans_)
    if (x.has(piece.start_ms) && (!last || x.start_ms >= last->start_ms))
      last = &x;
  return last ? std::optional{last->session} : std::nullopt;
}

} // namespace camnode
