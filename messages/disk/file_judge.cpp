#include "messages/disk/file_judge.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/disk/piece_origin.hpp"
#include "messages/disk/sensor_origin.hpp"

#include <algorithm>
#include <iterator>

namespace camnode {

namespace fs = std::filesystem;

namespace {

bool is_open_name(const fs::path& x) {
  return x.empty() || x.extension() == open_ending;
}

} // namespace

bool file_judge::wrote_piece(const std::string& folder,
                             const listed_piece& x) const {
  auto claim = owners_.claim_on(folder, x.start_ms, x.stem);
  if (claim.listed)
    return true;
  auto path_of = [this](const auto& file) {
    return file ? dir_ / file->name : fs::path{};
  };
  auto found = look_at_piece(path_of(x.film), path_of(x.index), x.start_ms);
  return found.index == file_origin::ours || found.film == file_origin::ours
         || (claim.not_over && piece_origin::is_void(found.film)
             && piece_origin::is_void(found.index));
}

bool file_judge::wrote_readings(const std::string& folder,
                                const listed_piece& x) const {
  auto claim = owners_.claim_on(folder, x.start_ms, x.stem);
  return claim.listed
         || (claim.expected
             && readings_origin(dir_ / x.index->name) != file_origin::other);
}

bool file_judge::may_repair(const std::string& folder,
                            const broken_piece& x) const {
  auto stem = x.end_ms == 0 ? std::to_string(x.start_ms)
                            : piece_stem(x.start_ms, x.end_ms);
  auto claim = owners_.claim_on(folder, x.start_ms, stem);
  auto found = look_at_piece(x.film, x.index, x.start_ms);
  if (claim.listed || found.index == file_origin::ours)
    return true;
  if (!is_open_name(x.film) || !is_open_name(x.index)
      || found.index == file_origin::other)
    return false;
  return found.film == file_origin::ours
           ? claim.in_time && found.dated
           : claim.not_over && piece_origin::is_void(found.film);
}

bool file_judge::may_repair(const std::string& folder, int64_t start_ms) const {
  auto path = dir_ / folder / open_piece_name(start_ms, "csv");
  auto origin = readings_origin(path);
  if (origin == file_origin::none)
    origin = readings_origin(path += wider_ending);
  return origin != file_origin::other
         && owners_.claim_on(folder, start_ms, std::to_string(start_ms))
              .expected;
}

void drop_foreign(
  std::map<std::string, std::vector<listed_piece>>& folders,
  const std::string& parent,
  const std::function<bool(const std::string&, const listed_piece&)>& is_ours,
  std::vector<std::string>& strangers) {
  for (auto i = folders.begin(); i != folders.end();) {
    auto& pieces = i->second;
    auto first = std::stable_partition(pieces.begin(), pieces.end(),
                                       [&](auto& x) {
                                         return is_ours(parent + i->first, x);
                                       });
    auto any = first != pieces.end();
    for (auto x = first; x != pieces.end(); ++x)
      for (auto* file : {&x->film, &x->index})
        if (*file)
          strangers.push_back((*file)->name);
    pieces.erase(first, pieces.end());
    i = any && pieces.empty() ? folders.erase(i) : std::next(i);
  }
}

} // namespace camnode
