#include "actors/sensor_log/sensor_folders.hpp"

#include "actors/base/file_ops.hpp"

namespace camnode {

namespace fs = std::filesystem;

caf::error sensor_folders::create(const fs::path& dir) {
  auto changed = make_directories(dir);
  if (!changed)
    return std::move(changed.error());
  unsynced_.insert(changed->begin(), changed->end());
  return caf::none;
}

caf::error sensor_folders::sync_one() {
  auto dir = unsynced_.extract(unsynced_.begin());
  return sync_directory(dir.value());
}

} // namespace camnode
