#include "nodes/recovery/last_session.hpp"

#include "actors/base/input_file.hpp"
#include "messages/disk/data_folder.hpp"
#include "messages/disk/manifest.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

std::vector<std::string> cameras_of_last_session(const fs::path& dir) {
  auto start_of = [](const listed_file& x) {
    return std::strtoll(fs::path{x.name}.filename().c_str(), nullptr, 10);
  };
  auto all = list_manifests(dir);
  auto last = std::max_element(all.begin(), all.end(),
                               [&](const auto& x, const auto& y) {
                                 return start_of(x) < start_of(y);
                               });
  std::vector<std::string> result;
  std::string text;
  if (last == all.end()
      || !read_text(input_file{dir / last->name}, max_manifest_bytes, text)
            .empty())
    return result;
  auto books = parse_manifest(text);
  if (!books)
    return result;
  for (auto& [id, camera] : books->cameras)
    if (camera.recorded > 0 || !camera.pieces.empty())
      result.push_back(id);
  return result;
}

} // namespace camnode
