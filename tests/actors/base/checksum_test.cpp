#define CAF_SUITE checksum

#include "tests/camnode_test.hpp"

#include "actors/base/checksum.hpp"

#include <string>
#include <string_view>

using namespace camnode;

namespace {

uint64_t sum_of(std::string_view x) {
  return xxh3_of(reinterpret_cast<const uint8_t*>(x.data()), x.size());
}

} // namespace

CAF_TEST(checksums are those of the xxhsum program) {
  CAF_CHECK_EQUAL(sum_of(""), 0x2d06'8005'38d3'94c2u);
  CAF_CHECK_EQUAL(sum_of("camnode"), sum_of("camnode"));
  CAF_CHECK_NOT_EQUAL(sum_of("camnode"), sum_of("camnodf"));
}

CAF_TEST(the checksum of bytes is the same in one piece and in several) {
  std::string text(100'000, 'x');
  for (size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(i * 7);
  xxh3_sum sum;
  CAF_CHECK_EQUAL(sum.value(), sum_of(""));
  for (size_t at = 0; at < text.size(); at += 999)
    sum.add(std::string_view{text}.substr(at, 999));
  CAF_CHECK_EQUAL(sum.value(), sum_of(text));
}
