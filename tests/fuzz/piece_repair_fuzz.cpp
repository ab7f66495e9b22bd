// A film and its index, damaged: `camctl verify` says what is wrong, and the
// repair leaves two files that agree, made of nothing but what was there.

#include "actors/base/checksum.hpp"
#include "actors/recorder/piece_repair.hpp"
#include "messages/frame.hpp"
#include "tests/scratch_directory.hpp"
#include "tools/camctl/verify/piece_check.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace camnode;
using camnode_test::content_of;

namespace {

constexpr int64_t start_ms = 1000;

void require(bool x) {
  if (!x)
    abort();
}

/// The input: a film, and from the first header of one on, an index.
struct files {
  explicit files(std::string_view input)
    : has_index(input.find(index_header) != input.npos) {
    auto end = std::min(input.find(index_header), input.size());
    film = input.substr(0, end);
    index = input.substr(end);
  }

  bool has_index;
  std::string film;
  std::string index;
};

piece_facts facts_of(const std::string& film, std::string_view index,
                     int64_t end_ms) {
  auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
    require(offset <= film.size() && n <= film.size() - offset);
    std::copy_n(film.data() + offset, n, out);
    return true;
  };
  return check_piece(film.size(), read, index, start_ms, end_ms);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  for (size_t at = 0, end; (end = text.find('\n', at)) != text.npos;
       at = end + 1)
    result.push_back(text.substr(at, end - at));
  return result;
}

void check_rows(const std::string& kept, const std::string& given) {
  auto rows = lines_of(kept);
  auto were = lines_of(given);
  for (size_t i = 1; i < rows.size(); ++i) {
    auto row = parse_index_row(rows[i]);
    require(row && row->frame == i - 1);
    require((row->flags & frame::rebuilt) != 0
            || (i < were.size() && rows[i] == were[i]));
  }
}

/// What is in a film is what was given, but for the switch, and the tables of
/// its frames if it has a header that is as camnode writes it.
void check_film(const std::string& film, const std::string& given) {
  mp4_frames frames;
  auto data = reinterpret_cast<const uint8_t*>(film.data());
  auto layout = mp4_scan(data, film.size(),
                         [&](const auto& x) { frames.add(x.header); });
  auto tables = layout.track ? frames.tables(*layout.track) : std::string{};
  require(film.substr(layout.end) == tables);
  if (layout.track)
    require(layout.state
            == (tables.empty() ? mp4_switch::open : mp4_switch::closed));
  auto as_given = film.substr(0, layout.end);
  if (layout.state != mp4_switch::none)
    as_given.replace(mp4_switch_at, mp4_switch_size,
                     given.substr(mp4_switch_at, mp4_switch_size));
  require(as_given == given.substr(0, layout.end));
}

void repair(const files& x) {
  static const camnode_test::scratch_directory dir;
  for (const auto& left : std::filesystem::directory_iterator{dir.path()})
    std::filesystem::remove(left);
  dir.put("1000.mp4.part", x.film);
  if (x.has_index)
    dir.put("1000.csv.part", x.index);
  auto broken = find_broken_pieces(dir.path());
  require(broken && broken->size() == 1);
  auto repaired = repair_piece(broken->front());
  require(repaired.engaged());
  auto left = find_broken_pieces(dir.path());
  require(left && left->empty());
  require((repaired->frames == 0) == repaired->stem.empty());
  if (repaired->frames == 0)
    return;
  auto film = content_of(dir.path() / (repaired->stem + ".mp4"));
  auto index = content_of(dir.path() / (repaired->stem + ".csv"));
  check_film(film, x.film);
  check_rows(index, x.index);
  auto facts = facts_of(film, index, 0);
  require(facts.film_frames == repaired->frames);
  require(facts.index.rows == repaired->frames);
  require(facts.index.whole_size == index.size());
  require(facts.index.rebuilt >= repaired->rebuilt);
}

/// @param period_us Between two frames: what is 5 s old counts as synced.
std::string piece_of(uint64_t frames, uint64_t period_us, bool closed) {
  auto track = mp4_track_of(start_ms, 64, 48);
  auto film = mp4_head(track);
  mp4_frames all;
  std::string index{index_header};
  for (uint64_t i = 0; i < frames; ++i) {
    auto jpeg = "\xff\xd8" + std::string(20 + i, 'x') + "\xff\xd9";
    mp4_fragment x;
    x.sequence = static_cast<uint32_t>(i + 1);
    x.decode_time = i * period_us;
    x.duration = mp4_duration_of(static_cast<int64_t>(period_us));
    x.payload_bytes = static_cast<uint32_t>(jpeg.size());
    auto header = serialize(x);
    film.append(reinterpret_cast<const char*>(header.data()), header.size());
    film += jpeg;
    all.add(x);
    index_row row;
    row.frame = i;
    row.sequence = i + 1;
    row.capture_ns = static_cast<int64_t>(start_ms * 1000 + i * period_us)
                     * 1000;
    row.bytes = jpeg.size();
    row.xxh3 = xxh3_of(reinterpret_cast<const uint8_t*>(jpeg.data()),
                       jpeg.size());
    index_row_buffer buffer;
    index += format_index_row(row, buffer);
  }
  if (closed) {
    film.replace(mp4_switch_at, mp4_switch_size,
                 mp4_closed_switch(film.size()));
    film += all.tables(track);
  }
  return film + index;
}

} // namespace

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  std::vector<std::vector<uint8_t>> result;
  for (auto closed : {false, true})
    for (auto& x : {piece_of(4, 33'333, closed), piece_of(6, 2'000'000, closed),
                    piece_of(1, 9, closed)})
      result.emplace_back(x.begin(), x.end());
  auto without_frames = piece_of(0, 1000, false);
  result.emplace_back(without_frames.begin(), without_frames.end());
  // What earlier versions left has no switch.
  auto before
    = piece_of(4, 33'333, false).erase(mp4_switch_at, mp4_switch_size);
  result.emplace_back(before.begin(), before.end());
  return result;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  files x{{reinterpret_cast<const char*>(data), size}};
  auto facts = facts_of(x.film, x.index, 0);
  require(!facts.faults.texts().empty()
          || facts.film_frames == facts.index.rows);
  repair(x);
  return 0;
}
