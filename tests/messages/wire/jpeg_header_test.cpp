#define CAF_SUITE jpeg_header
#include "tests/camnode_test.hpp"

#include "messages/wire/jpeg_header.hpp"

#include <string>
#include <vector>

using namespace camnode;

namespace {

using bytes = std::vector<uint8_t>;

bytes operator+(bytes x, const bytes& y) {
  x.insert(x.end(), y.begin(), y.end());
  return x;
}

/// A segment with `n` bytes of content.
bytes segment(uint8_t marker, size_t n) {
  return bytes{0xFF, marker, static_cast<uint8_t>((n + 2) >> 8),
               static_cast<uint8_t>(n + 2)}
         + bytes(n, 0xFF);
}

const bytes start{0xFF, 0xD8};
const bytes scan{0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0};

/// A frame header of a grey picture of 640 x 480.
bytes sof(uint8_t marker) {
  return {0xFF, marker, 0, 11, 8, 0x01, 0xE0, 0x02, 0x80, 1, 1, 0x11, 0};
}

std::string size_of(const bytes& x) {
  auto result = read_jpeg_size(x.data(), x.size());
  return result ? std::to_string(result->width) + "x"
                    + std::to_string(result->height)
                : "none";
}

} // namespace

CAF_TEST(the size is found after other segments) {
  CAF_CHECK_EQUAL(size_of(start + sof(0xC0) + scan), "640x480");
  CAF_CHECK_EQUAL(size_of(start + segment(0xE0, 14) + segment(0xFE, 0)
                          + segment(0xDB, 65533) + segment(0xC4, 20) + sof(0xC0)
                          + scan),
                  "640x480");
}

CAF_TEST(every kind of frame header counts and tables do not ) {
  for (uint8_t marker = 0xC0; marker <= 0xCF; ++marker) {
    auto is_table = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
    CAF_CHECK_EQUAL(size_of(start + sof(marker) + scan),
                    is_table ? "none" : "640x480");
  }
}

CAF_TEST(padding and lone markers are skipped) {
  CAF_CHECK_EQUAL(size_of(start + bytes{0xFF, 0xFF, 0xFF, 0x01, 0xFF, 0xD0}
                          + sof(0xC2)),
                  "640x480");
}

CAF_TEST(a picture without frame header has no size) {
  CAF_CHECK_EQUAL(size_of(start + scan + sof(0xC0)), "none");
  CAF_CHECK_EQUAL(size_of(start + bytes{0xFF, 0xD9} + sof(0xC0)), "none");
  CAF_CHECK_EQUAL(size_of(sof(0xC0)), "none");
}

CAF_TEST(a size of zero is none) {
  auto no_height = sof(0xC0);
  no_height[5] = no_height[6] = 0;
  auto no_width = sof(0xC0);
  no_width[7] = no_width[8] = 0;
  CAF_CHECK_EQUAL(size_of(start + no_height), "none");
  CAF_CHECK_EQUAL(size_of(start + no_width), "none");
}

CAF_TEST(lengths that cannot be are refused) {
  CAF_CHECK_EQUAL(size_of(start + bytes{0xFF, 0xE0, 0, 1} + sof(0xC0)), "none");
  CAF_CHECK_EQUAL(size_of(start + bytes{0xFF, 0xE0, 0xFF, 0xFF} + sof(0xC0)),
                  "none");
  auto short_header = sof(0xC0);
  short_header[3] = 6;
  CAF_CHECK_EQUAL(size_of(start + short_header), "none");
}

CAF_TEST(a header that is cut off anywhere has no size) {
  auto whole = start + segment(0xE0, 14) + sof(0xC0);
  auto needed = whole.size() - 4; // The components are not looked at.
  for (size_t n = 0; n < whole.size(); ++n) {
    auto cut = bytes(whole.begin(), whole.begin() + static_cast<long>(n));
    CAF_CHECK_EQUAL(size_of(cut), n < needed ? "none" : "640x480");
  }
}

CAF_TEST(what decoders skip in a header is skipped) {
  CAF_CHECK_EQUAL(size_of(start + bytes{0, 0} + sof(0xC0)), "640x480");
  CAF_CHECK_EQUAL(size_of(start + start + sof(0xC0)), "640x480");
  CAF_CHECK_EQUAL(size_of(start + segment(0xE0, 14)
                          + bytes{0xFF, 0, 3, 0xFF, 0x42} + sof(0xC0)),
                  "640x480");
}

CAF_TEST(endless padding is given up) {
  CAF_CHECK_EQUAL(size_of(start + bytes(5000, 0xFF) + sof(0xC0)), "none");
}
