#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// The files of others in one folder.
struct foreign_files {
  static constexpr size_t max_names = 3;

  uint64_t count = 0;
  std::vector<std::string> first; ///< The names of the first ones.
};

/// @param files Their names below `data.dir`.
std::map<std::string, foreign_files>
by_folder(const std::vector<std::string>& files);

/// "cam/10.0.0.5: 12 files of others (a.mp4, b.mp4, c.mp4, ...)"
std::string in_words(const std::string& folder, const foreign_files& x);

/// "12 files of others, left alone: cam/10.0.0.5 (10), sessions (2)"
std::string summary_of(const std::vector<std::string>& files);

} // namespace camnode
