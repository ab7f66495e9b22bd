#pragma once

#include "messages/disk/manifest.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// What a manifest says of its session in short, as camctl's verdicts are put:
/// `recording`, `all there`, `losses, all named`, or `damage` for a state that
/// there is none of. Whether the files are as the manifest says, only those who
/// read them know.
std::string verdict_of(const manifest& x);

/// What became of a look for the files that a manifest names.
struct files_seen {
  std::vector<std::string> faults; ///< In words: the first ones.
  uint64_t looked_for = 0;         ///< How many files.
  uint64_t not_looked_for = 0;     ///< As these were too many.
};

/// The entry of a session in a list of them (messages/wire/API.md).
/// @param name Of the manifest's file, below `data.dir`.
nlohmann::ordered_json summary_of(const manifest& x, const std::string& name,
                                  const files_seen& files = {});

} // namespace camnode
