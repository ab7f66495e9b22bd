#pragma once

#include "messages/disk/broken_pieces.hpp"
#include "messages/disk/data_folder.hpp"
#include "messages/disk/file_owners.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// Tells what camnode wrote from what others put into the same folders, whose
/// names may be the same: a file is camnode's if a manifest or an index names
/// it, or if it begins as camnode begins its files. Looks at the beginnings of
/// files that no manifest lists, and at nothing else.
class file_judge {
public:
  /// @param dir `data.dir`.
  /// @param owners Borrowed.
  file_judge(std::filesystem::path dir, const file_owners& owners)
    : dir_(std::move(dir)), owners_(owners) {
  }

  /// Whether a piece of a camera is camnode's.
  /// @param folder Its folder below `dir`.
  bool wrote_piece(const std::string& folder, const listed_piece& x) const;

  /// Whether camnode wrote the readings `x` of a sensor.
  bool wrote_readings(const std::string& folder, const listed_piece& x) const;

  /// Whether piece `x` may be changed: it is camnode's, and a crash explains
  /// how it looks.
  bool may_repair(const std::string& folder, const broken_piece& x) const;

  /// Whether the readings that begin at `start_ms` may be changed.
  bool may_repair(const std::string& folder, int64_t start_ms) const;

private:
  const std::filesystem::path dir_;
  const file_owners& owners_;
};

/// Takes the pieces out of `folders` that are not camnode's, and puts the names
/// of their files to `strangers`.
/// @param is_ours Takes a folder below `data.dir` and a piece.
void drop_foreign(
  std::map<std::string, std::vector<listed_piece>>& folders,
  const std::string& parent,
  const std::function<bool(const std::string&, const listed_piece&)>& is_ours,
  std::vector<std::string>& strangers);

/// Takes what camnode did not write out of `x.cameras` and `x.sensors`, to
/// `x.strangers`.
template <class Judge>
void set_foreign_aside(data_listing& x, const Judge& judge) {
  drop_foreign(
    x.cameras, "cam/",
    [&](auto& folder, auto& y) { return judge.wrote_piece(folder, y); },
    x.strangers);
  drop_foreign(
    x.sensors, "",
    [&](auto& folder, auto& y) { return judge.wrote_readings(folder, y); },
    x.strangers);
}

} // namespace camnode
