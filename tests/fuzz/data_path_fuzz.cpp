// Paths that people ask for: those that are taken are of camnode's own form,
// and lead nowhere else.

#include "messages/disk/file_names.hpp"
#include "messages/disk/session_records.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

std::vector<uint8_t> seed(const std::string& text) {
  return {text.begin(), text.end()};
}

bool ends_with(const std::string& x, const std::string& end) {
  return x.size() >= end.size()
         && x.compare(x.size() - end.size(), end.size(), end) == 0;
}

/// Each level is a name.
void check_levels(const std::string& path) {
  for (size_t begin = 0; begin <= path.size();) {
    auto end = std::min(path.find('/', begin), path.size());
    auto level = path.substr(begin, end - begin);
    require(!level.empty() && level != "." && level != "..");
    for (auto c : level)
      require(c == '%' || is_name_text({&c, 1}));
    begin = end + 1;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kind = data_path::kind;
  std::string path{reinterpret_cast<const char*>(data), size};
  auto x = parse_data_path(path);
  if (!x)
    return 0;
  check_levels(path);
  require(path[path.rfind('/') + 1] != '.');
  require(x->start_ms >= 0);
  require(x->open == ends_with(path, open_ending));
  auto first = path.substr(0, path.find('/'));
  require(first
          == (x->what == kind::manifest                         ? "sessions"
              : x->what == kind::film || x->what == kind::index ? "cam"
              : x->owner == marker_topic                        ? "markers"
                                                                : "sensors"));
  if (x->what == kind::readings)
    require(path.substr(0, path.rfind('/')) == *readings_folder(x->owner));
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  return {seed("cam/pi-3/1700000000000-1700000060000.mp4"),
          seed("cam/pi-3/1700000000000.csv.part"),
          seed("sensors/a%20b/%/%2E%2E/17-18.csv"),
          seed("sessions/1700000000000-trial.json")};
}
