#define CAF_SUITE mp4_even_film

#include "tests/camnode_test.hpp"

#include "messages/disk/mp4_boxes.hpp"
#include "messages/disk/mp4_even_film.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace camnode;

namespace {

mp4_even_film film_of(std::vector<uint32_t> sizes) {
  return {{0x0102030405, 640, 480}, {29'970, 1'000}, std::move(sizes)};
}

/// A whole film, whose JPEGs are of one letter each.
std::string text_of(const mp4_even_film& x) {
  auto result = mp4_even_head();
  char letter = 'a';
  for (auto bytes : x.jpeg_bytes)
    result.append(bytes, letter++);
  auto tables = mp4_even_tables(x);
  result.replace(mp4_switch_at, mp4_switch_size,
                 mp4_closed_switch(result.size()));
  return result + tables;
}

caf::expected<mp4_even_film> read(const std::string& text) {
  return read_mp4_even_film(text.size(), [&](auto at, auto to, auto n) {
    if (at + n > text.size())
      CAF_FAIL("more is read than there is");
    std::copy_n(text.data() + at, n, to);
    return true;
  });
}

} // namespace

CAF_TEST(a film is read as it was written) {
  auto x = film_of({3, 0, 70'000, 1});
  auto y = read(text_of(x));
  CAF_REQUIRE(y);
  CAF_CHECK(y->track == x.track);
  CAF_CHECK(y->rate == x.rate);
  CAF_CHECK_EQUAL(y->jpeg_bytes, x.jpeg_bytes);
}

CAF_TEST(a film that is cut anywhere is none) {
  auto text = text_of(film_of({3, 2, 1}));
  for (size_t n = 0; n < text.size(); ++n)
    if (read(text.substr(0, n)))
      CAF_FAIL("read with " << n << " of " << text.size() << " bytes");
}

CAF_TEST(a film is none if any byte beside its pictures is another) {
  auto text = text_of(film_of({3, 2, 1}));
  for (size_t i = 0; i < text.size(); ++i) {
    if (i >= mp4_even_begin && i < mp4_even_begin + 6)
      continue;
    auto other = text;
    other[i] = static_cast<char>(other[i] ^ 0x10);
    if (read(other))
      CAF_FAIL("byte " << i << " does not count");
  }
}

CAF_TEST(a film may be larger than 4 GiB) {
  auto tables = mp4_even_tables(film_of({3u << 30, 3u << 30, 7}));
  auto moov = find_mp4_box(tables, "moov");
  CAF_REQUIRE(moov);
  auto places = find_mp4_box(*moov, {"trak", "mdia", "minf", "stbl", "co64"});
  CAF_REQUIRE(places);
  CAF_CHECK_EQUAL(mp4_u64_at(*places, 8 + 2 * 8),
                  mp4_even_begin + (6ull << 30));
}

CAF_TEST(without a frame there are no tables) {
  CAF_CHECK_EQUAL(mp4_even_tables(film_of({})), "");
}
