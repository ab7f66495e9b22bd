#define CAF_SUITE mp4_film

#include "tests/camnode_test.hpp"

#include "messages/disk/mp4_boxes.hpp"
#include "messages/disk/mp4_fragment.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace camnode;

namespace {

const mp4_track track{0x0102030405, 640, 480};

mp4_fragment fragment(uint64_t time_us, uint32_t bytes,
                      uint32_t duration_us = 40'000) {
  return {0, time_us, duration_us, bytes};
}

mp4_frames frames_of(const std::vector<mp4_fragment>& xs) {
  mp4_frames result;
  for (auto& x : xs)
    result.add(x);
  return result;
}

/// With a gap, and a first frame that is not at the start.
const std::vector<mp4_fragment> some = {
  fragment(7'000, 50),      fragment(47'000, 1),     fragment(87'000, 0),
  fragment(4'087'000, 300), fragment(4'127'001, 20), fragment(4'167'001, 4),
};

/// The content of a box of the track.
std::string box_of(const std::string& moov,
                   std::initializer_list<std::string_view> way) {
  auto movie = find_mp4_box(moov, "moov");
  CAF_REQUIRE(movie);
  auto found = find_mp4_box(*movie, way);
  return found ? std::string{*found} : std::string{};
}

std::string table_of(const std::string& moov, std::string_view type) {
  return box_of(moov, {"trak", "mdia", "minf", "stbl", type});
}

/// The numbers of 32 bits in a table behind its first `skipped` bytes.
std::vector<uint32_t> numbers(const std::string& table, size_t skipped) {
  std::vector<uint32_t> result;
  for (auto at = skipped; at + 4 <= table.size(); at += 4)
    result.push_back(mp4_u32_at(table, at));
  return result;
}

using u32s = std::vector<uint32_t>;

/// A film of `xs`, which is closed.
std::string closed_film(std::vector<mp4_fragment> xs) {
  auto film = mp4_head(track);
  uint32_t sequence = 0;
  for (auto& x : xs) {
    x.sequence = ++sequence;
    auto header = serialize(x);
    film.append(reinterpret_cast<const char*>(header.data()), header.size());
    film.append(x.payload_bytes, 'x');
  }
  film.replace(mp4_switch_at, mp4_switch_size, mp4_closed_switch(film.size()));
  return film + frames_of(xs).tables(track);
}

bool is_whole(const std::string& film) {
  mp4_frames frames;
  auto data = reinterpret_cast<const uint8_t*>(film.data());
  auto layout = mp4_scan(data, film.size(),
                         [&](const auto& x) { frames.add(x.header); });
  auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
    CAF_REQUIRE(offset <= film.size() && n <= film.size() - offset);
    std::copy_n(data + offset, n, out);
    return true;
  };
  return mp4_is_whole(layout, film.size(), read, frames);
}

} // namespace

CAF_TEST(what a header says of its track is read as it was written) {
  for (auto& x : {track, mp4_track{}, mp4_track{~uint64_t{0}, 65'535, 1}}) {
    auto read = parse_mp4_head(mp4_head(x));
    CAF_REQUIRE(read);
    CAF_CHECK(*read == x);
    CAF_CHECK_EQUAL(read->created_s, x.created_s);
    CAF_CHECK_EQUAL(read->width, x.width);
    CAF_CHECK_EQUAL(read->height, x.height);
  }
  CAF_CHECK_EQUAL(mp4_track_of(1'999, 3, 4).created_s, 2'082'844'801u);
}

CAF_TEST(a header that is cut or damaged is none whatever its switch is) {
  auto head = mp4_head(track);
  for (size_t n = 0; n < head.size(); ++n)
    CAF_CHECK(!parse_mp4_head(head.substr(0, n)));
  for (size_t at = 0; at < head.size(); ++at) {
    auto flipped = head;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    auto read = parse_mp4_head(flipped);
    auto in_switch = at >= mp4_switch_at
                     && at < mp4_switch_at + mp4_switch_size;
    if (in_switch)
      CAF_CHECK(read && *read == track);
    else
      CAF_CHECK(!read);
  }
}

CAF_TEST(a switch has one size and says where the tables are) {
  auto open = mp4_open_switch();
  auto closed = mp4_closed_switch(0x010203040506);
  CAF_CHECK_EQUAL(open.size(), mp4_switch_size);
  CAF_CHECK_EQUAL(closed.size(), mp4_switch_size);
  CAF_CHECK_EQUAL(mp4_u32_at(open, 0), mp4_switch_size);
  CAF_CHECK_EQUAL(open.substr(4, 4), "free");
  CAF_CHECK_EQUAL(mp4_u32_at(closed, 0), 1u);
  CAF_CHECK_EQUAL(closed.substr(4, 4), "mdat");
  CAF_CHECK_EQUAL(mp4_u64_at(closed, 8) + mp4_switch_at, 0x010203040506u);
  CAF_CHECK_EQUAL(mp4_head(track).substr(mp4_switch_at, mp4_switch_size), open);
}

CAF_TEST(the tables say when each frame is and where and how long) {
  auto moov = frames_of(some).tables(track);
  CAF_CHECK(numbers(table_of(moov, "stts"), 4)
            == (u32s{4, 2, 40'000, 1, 4'000'000, 1, 40'001, 2, 40'000}));
  CAF_CHECK(numbers(table_of(moov, "stsz"), 4)
            == (u32s{0, 6, 50, 1, 0, 300, 20, 4}));
  CAF_CHECK(numbers(table_of(moov, "stsc"), 4) == (u32s{1, 1, 1, 1}));
  auto places = table_of(moov, "co64");
  CAF_CHECK_EQUAL(mp4_u32_at(places, 4), 6u);
  uint64_t at = mp4_head(track).size();
  for (size_t i = 0; i < some.size(); ++i) {
    at += mp4_fragment_header_size;
    CAF_CHECK_EQUAL(mp4_u64_at(places, 8 + i * 8), at);
    at += some[i].payload_bytes;
  }
}

CAF_TEST(an empty edit says when the first frame is) {
  auto moov = frames_of(some).tables(track);
  auto edits = box_of(moov, {"trak", "edts", "elst"});
  CAF_REQUIRE_EQUAL(edits.size(), 48u);
  CAF_CHECK_EQUAL(mp4_u32_at(edits, 4), 2u);
  CAF_CHECK_EQUAL(mp4_u64_at(edits, 8), 7'000u);
  CAF_CHECK_EQUAL(mp4_u64_at(edits, 16), ~uint64_t{0});
  CAF_CHECK_EQUAL(mp4_u64_at(edits, 28), 4'200'001u);
  CAF_CHECK_EQUAL(mp4_u64_at(edits, 36), 0u);
  // Version, dates and time scale are in front of these.
  CAF_CHECK_EQUAL(mp4_u64_at(box_of(moov, {"mvhd"}), 24), 4'207'001u);
  CAF_CHECK_EQUAL(mp4_u64_at(box_of(moov, {"trak", "tkhd"}), 28), 4'207'001u);
  CAF_CHECK_EQUAL(mp4_u64_at(box_of(moov, {"trak", "mdia", "mdhd"}), 24),
                  4'200'001u);
  auto at_start = frames_of({fragment(0, 5)}).tables(track);
  CAF_CHECK(box_of(at_start, {"trak", "edts", "elst"}).empty());
}

CAF_TEST(the last frame lasts as long as is usual in its film) {
  auto last_of = [](const std::vector<mp4_fragment>& xs) {
    return numbers(table_of(frames_of(xs).tables(track), "stts"), 4).back();
  };
  CAF_CHECK_EQUAL(last_of({fragment(5, 1, 33'333)}), 33'333u);
  // The gap is right before it.
  CAF_CHECK_EQUAL(last_of({fragment(0, 1), fragment(40'000, 1),
                           fragment(80'000, 1), fragment(9'000'000, 1)}),
                  40'000u);
  CAF_CHECK_EQUAL(last_of({fragment(0, 1), fragment(2'000'000'000, 1)}),
                  10'000'000u);
}

CAF_TEST(what no table can say gets none) {
  constexpr uint64_t longest = 0x7fffffff;
  CAF_CHECK(frames_of({}).tables(track).empty());
  auto apart = [](uint64_t us) {
    return frames_of({fragment(0, 1), fragment(us, 1), fragment(us + 1, 1)});
  };
  CAF_CHECK(!apart(longest).tables(track).empty());
  for (auto us : {longest + 1, uint64_t{1} << 32, uint64_t{1} << 50}) {
    auto frames = apart(us);
    CAF_CHECK(frames.tables(track).empty());
    frames.cut(1);
    CAF_CHECK_EQUAL(frames.size(), 1u);
    CAF_CHECK(!frames.tables(track).empty());
  }
}

CAF_TEST(a first frame far behind the start is where it was) {
  constexpr auto day = uint64_t{86'400} * 1'000'000;
  auto moov = frames_of({fragment(day, 9)}).tables(track);
  auto edits = box_of(moov, {"trak", "edts", "elst"});
  CAF_CHECK_EQUAL(mp4_u64_at(edits, 8), day);
  CAF_CHECK_EQUAL(mp4_u64_at(box_of(moov, {"mvhd"}), 24), day + 40'000);
}

CAF_TEST(a closed film that is cut or has one bit flipped is not whole) {
  auto film = closed_film(some);
  CAF_CHECK(is_whole(film));
  for (size_t n = 0; n < film.size(); ++n)
    if (is_whole(film.substr(0, n)))
      CAF_FAIL("a film cut at " << n << " is taken for whole");
  CAF_CHECK(!is_whole(film + '\0'));
  // Pictures, and how long a fragment says that one lasts, are for others.
  auto others = std::string(film.size(), '\0');
  auto at = mp4_head(track).size();
  for (auto& x : some) {
    others.replace(at + 88, 4, 4, '\1');
    at += mp4_fragment_header_size;
    others.replace(at, x.payload_bytes, x.payload_bytes, '\1');
    at += x.payload_bytes;
  }
  for (size_t i = 0; i < film.size(); ++i) {
    auto flipped = film;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
    if (is_whole(flipped) != (others[i] == 1))
      CAF_FAIL("a bit of byte " << i << " flips");
  }
}

CAF_TEST(an open film is whole without tables and a closed one with them) {
  auto film = closed_film(some);
  auto tables = frames_of(some).tables(track).size();
  auto open = film;
  open.replace(mp4_switch_at, mp4_switch_size, mp4_open_switch());
  CAF_CHECK(!is_whole(open)); // As a crash between the two writes leaves it.
  CAF_CHECK(is_whole(open.substr(0, open.size() - tables)));
  CAF_CHECK(!is_whole(film.substr(0, film.size() - tables)));
  // What earlier versions wrote has no switch.
  auto before = open.erase(mp4_switch_at, mp4_switch_size);
  CAF_CHECK(!is_whole(before));
  CAF_CHECK(is_whole(before.substr(0, before.size() - tables)));
}
