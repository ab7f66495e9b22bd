#include "messages/disk/mp4_even_film.hpp"

#include "messages/disk/mp4_boxes.hpp"
#include "messages/disk/mp4_moov.hpp"
#include "messages/error.hpp"

#include <limits>
#include <numeric>
#include <optional>
#include <string_view>

namespace camnode {

namespace {

constexpr uint64_t max_moov_size = std::numeric_limits<uint32_t>::max();
constexpr uint64_t bytes_a_frame = 12; // In `stsz` and `co64`.
constexpr uint64_t rest_bytes = 4096;  // Of `moov`.

caf::error bad(const std::string& why) {
  return caf::make_error(ec::bad_message, why);
}

/// What a `moov` says, as far as it is one; whether it says no more than that,
/// its caller finds out by writing it anew.
std::optional<mp4_even_film> parse(std::string_view moov) {
  auto track = find_mp4_track(moov);
  auto media = find_mp4_box(moov, {"trak", "mdia", "mdhd"});
  auto tables = find_mp4_box(moov, {"trak", "mdia", "minf", "stbl"});
  if (!track || !media || !tables || media->size() < 24)
    return std::nullopt;
  auto times = find_mp4_box(*tables, "stts");
  auto sizes = find_mp4_box(*tables, "stsz");
  if (!times || times->size() < 16 || !sizes || sizes->size() < 12)
    return std::nullopt;
  mp4_even_film result;
  result.track = *track;
  result.rate = {mp4_u32_at(*media, 20), mp4_u32_at(*times, 12)};
  for (size_t at = 12; at + 4 <= sizes->size(); at += 4)
    result.jpeg_bytes.push_back(mp4_u32_at(*sizes, at));
  return result;
}

uint64_t end_of(const mp4_even_film& x) {
  return std::accumulate(x.jpeg_bytes.begin(), x.jpeg_bytes.end(),
                         mp4_even_begin);
}

} // namespace

bool operator==(const film_rate& x, const film_rate& y) {
  return x.per_second == y.per_second && x.ticks == y.ticks;
}

std::string mp4_even_head() {
  return mp4_head({}).substr(0, mp4_even_begin);
}

std::string mp4_even_tables(const mp4_even_film& x) {
  auto count = x.jpeg_bytes.size();
  if (count == 0 || count > (max_moov_size - rest_bytes) / bytes_a_frame)
    return {};
  auto n = static_cast<uint32_t>(count);
  std::string times;
  mp4_box_writer{times}.u32(n).u32(x.rate.ticks);
  std::string sizes;
  std::string places;
  mp4_box_writer size_rows{sizes};
  mp4_box_writer place_rows{places};
  auto at = mp4_even_begin;
  for (auto bytes : x.jpeg_bytes) {
    size_rows.u32(bytes);
    place_rows.u64(at);
    at += bytes;
  }
  mp4_content content;
  content.timescale = x.rate.per_second;
  content.duration = count * x.rate.ticks;
  content.tables = mp4_table("stts", times, 1) + mp4_one_frame_a_chunk(true)
                   + mp4_size_table(sizes, n) + mp4_table("co64", places, n);
  std::string result;
  append_mp4_moov(result, x.track, content, false);
  return result;
}

caf::expected<mp4_even_film> read_mp4_even_film(uint64_t size,
                                                const mp4_reader& read) {
  auto read_text = [&](uint64_t at, uint64_t n) {
    std::string result(n, '\0');
    auto bytes = reinterpret_cast<uint8_t*>(result.data());
    return read(at, bytes, n) ? std::optional{result} : std::nullopt;
  };
  if (size < mp4_even_begin)
    return bad("is no film of an export");
  auto head = read_text(0, mp4_even_begin);
  if (!head)
    return bad("cannot be read");
  auto end = mp4_switch_at + mp4_u64_at(*head, mp4_switch_at + 8);
  auto expected = mp4_even_head().substr(0, mp4_switch_at);
  if (*head != expected + mp4_closed_switch(end))
    return bad("is no film of an export");
  if (end < mp4_even_begin || end > size || size - end > max_moov_size)
    return bad("is cut: its tables are not there");
  auto moov = read_text(end, size - end);
  if (!moov)
    return bad("cannot be read");
  auto content = find_mp4_box(*moov, "moov");
  auto result = content ? parse(*content) : std::nullopt;
  if (!result || end_of(*result) != end || mp4_even_tables(*result) != *moov)
    return bad("the tables at its end are damaged");
  return std::move(*result);
}

} // namespace camnode
