// What an export is read from when it is checked: films, rows of tables, the
// list of files. Whatever is read is exactly what it would be written as, and
// no name leads out of the export's folder.

#include "messages/disk/mp4_even_film.hpp"
#include "tools/camctl/export/frame_table.hpp"
#include "tools/camctl/export/session_json.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    abort();
}

void read_film(std::string_view text) {
  auto film = read_mp4_even_film(text.size(), [&](auto at, auto out, auto n) {
    require(at <= text.size() && n <= text.size() - at);
    std::copy_n(text.data() + at, n, out);
    return true;
  });
  if (!film)
    return;
  auto end = mp4_even_begin;
  for (auto bytes : film->jpeg_bytes)
    end += bytes;
  require(end <= text.size());
  require(text.substr(end) == mp4_even_tables(*film));
}

void read_row(std::string_view text) {
  auto row = parse_table_row(text);
  if (!row)
    return;
  std::string same;
  append_row(same, *row);
  require(same == std::string{text} + '\n');
}

void read_list(std::string_view text) {
  auto list = parse_session_json(text);
  if (!list)
    return;
  auto is_inside = [](const std::string& x) {
    auto levels = '/' + x + '/';
    return !x.empty() && x.front() != '/' && levels.find("/./") == x.npos
           && levels.find("/../") == x.npos;
  };
  for (auto& film : list->films)
    require(is_inside(film.name) && is_inside(film.path));
  for (auto& [name, facts] : list->files)
    require(is_inside(name));
}

std::vector<uint8_t> bytes_of(const std::string& x) {
  return {x.begin(), x.end()};
}

} // namespace

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  mp4_even_film film{{0xCA4D0DE, 64, 48}, {25, 1}, {3, 0, 7}};
  auto text = mp4_even_head() + "0123456789";
  text.replace(mp4_switch_at, mp4_switch_size, mp4_closed_switch(text.size()));
  std::string row;
  append_row(row, {5, 77, 9, 4, 200, frame_fill::repeat, 10, 1, 300, 17});
  row.pop_back();
  return {bytes_of(text + mp4_even_tables(film)), bytes_of(row),
          bytes_of(R"({"format":"camnode export 1","options":{"codec":"copy"},
"films":{".a.mp4":{"file":".a.mp4","frames":1,"bytes":9,
"rate":{"per_second":25,"ticks":1}}},
"files":{".a.csv":{"bytes":5,"xxh3":"00ff"}}})")};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  read_film(text);
  read_row(text);
  read_list(text);
  return 0;
}
