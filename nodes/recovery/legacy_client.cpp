#include "nodes/recovery/legacy_client.hpp"

#include <algorithm>
#include <system_error>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// What its sensors' files are called while it writes them.
constexpr std::string_view open_readings = "temp_recording.csv";

/// Topics have 16 levels at most.
constexpr int max_levels = 20;

/// Calls `f` with each entry of a folder until it returns true.
template <class F>
bool any_entry(const fs::path& dir, F f) {
  std::error_code err;
  fs::directory_iterator i{dir, err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err))
    if (f(*i))
      return true;
  return false;
}

class finder_of_legacy_films {
public:
  finder_of_legacy_films(const fs::path& dir, fs::file_time_type since)
    : dir_(dir), since_(since) {
  }

  std::string run() {
    any_entry(dir_ / "cam", [&](auto& camera) {
      return any_entry(camera.path(), [&](auto& x) {
        return is_legacy_film(x.path().filename().string()) && take(x);
      });
    });
    if (found_.empty())
      find_readings(dir_ / "sensors", max_levels);
    return found_;
  }

private:
  bool find_readings(const fs::path& folder, int levels) {
    return any_entry(folder, [&](auto& x) {
      std::error_code ignored;
      if (x.path().filename() == open_readings)
        return take(x);
      return levels > 0
             && x.symlink_status(ignored).type() == fs::file_type::directory
             && find_readings(x.path(), levels - 1);
    });
  }

  bool take(const fs::directory_entry& x) {
    std::error_code err;
    if (!x.is_regular_file(err) || x.last_write_time(err) < since_ || err)
      return false;
    found_ = x.path().lexically_relative(dir_).string();
    return true;
  }

  const fs::path& dir_;
  const fs::file_time_type since_;
  std::string found_;
};

} // namespace

bool is_legacy_film(std::string_view name) {
  for (std::string_view form :
       {"dddddddd_dddddd.ddd.mp4", "dddddddd_dddddd.mp4"})
    if (name.size() == form.size()
        && std::equal(name.begin(), name.end(), form.begin(),
                      [](char c, char wanted) {
                        return wanted == 'd' ? c >= '0' && c <= '9'
                                             : c == wanted;
                      }))
      return true;
  return false;
}

std::string find_legacy_film(const fs::path& dir, fs::file_time_type since) {
  return finder_of_legacy_films{dir, since}.run();
}

} // namespace camnode
