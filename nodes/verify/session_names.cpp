#include "nodes/verify/session_names.hpp"

#include "nodes/verify/data_folder.hpp"

#include <cstddef>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr size_t max_names = 3;

} // namespace

bool is_named(const std::string& wanted, const session_info& x,
              const fs::path& manifest) {
  return wanted == std::to_string(x.start_ms)
         || (!wanted.empty() && wanted == x.label)
         || wanted == manifest.filename().string()
         || wanted == manifest.stem().string();
}

std::string no_such_session(const std::string& wanted, const fs::path& dir) {
  auto result = "there is no session " + wanted + " in " + dir.string();
  auto manifests = list_manifests(dir); // By names, so by times.
  if (manifests.empty())
    return result + ", nor any other: want a data.dir, with sessions/ and cam/";
  result += "; the newest there: ";
  for (size_t i = 0; i < manifests.size() && i < max_names; ++i) {
    auto& name = manifests[manifests.size() - 1 - i].name;
    result += (i == 0 ? "" : ", ") + fs::path{name}.stem().string();
  }
  return result;
}

} // namespace camnode
