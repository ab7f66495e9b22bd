#pragma once

#include <caf/expected.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// One file, as its folder lists it.
struct listed_file {
  std::string name; ///< Below `data.dir`.
  uint64_t size = 0;
};

/// One piece of a camera; or a file of a sensor, which has only an index.
struct listed_piece {
  int64_t start_ms = 0;
  int64_t end_ms = 0; ///< 0: a `.part`.
  std::string stem;   ///< Of the names, without folder and extension.
  std::optional<listed_file> film;
  std::optional<listed_file> index;

  /// Whether it is a camera's, and nothing is written to it any more.
  bool complete() const {
    return end_ms != 0 && film && index;
  }

  /// A name for it, below `data.dir`.
  const std::string& name() const {
    return film ? film->name : index->name;
  }
};

/// Whether `x`, one of `all` of a camera, is not complete by right: one of its
/// two files may have its last name already.
/// @param piece_of Finds the piece in each of `all`.
template <class List, class F>
bool may_be_open(const listed_piece& x, const List& all, F piece_of) {
  if (x.complete())
    return false;
  return x.end_ms == 0
         || std::any_of(all.begin(), all.end(), [&](const auto& y) {
              return piece_of(y).end_ms == 0
                     && piece_of(y).start_ms == x.start_ms;
            });
}

/// What is in a data folder, by names alone. Pieces are in the order of their
/// starts.
struct data_listing {
  std::map<std::string, std::vector<listed_piece>> cameras; ///< By id.

  /// Of sensors, and markers: by folder below `data.dir`.
  std::map<std::string, std::vector<listed_piece>> sensors;
  std::vector<listed_file> manifests;
  std::vector<std::string> strangers; ///< What camnode did not make.
  std::vector<std::string> faults;    ///< Folders that cannot be read.
};

/// Lists the manifests in data folder `dir`; none if it is none.
std::vector<listed_file> list_manifests(const std::filesystem::path& dir);

/// Lists the data folder `dir`.
/// @returns `ec::open_failed` if it is none.
caf::expected<data_listing> list_data(const std::filesystem::path& dir);

} // namespace camnode
