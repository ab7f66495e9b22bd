#define CAF_SUITE frame_index

#include "tests/camnode_test.hpp"

#include "messages/disk/frame_index.hpp"
#include "messages/frame.hpp"

#include <limits>
#include <string>
#include <vector>

using namespace camnode;

namespace {

std::string line_of(const index_row& x) {
  index_row_buffer buffer;
  return std::string{format_index_row(x, buffer)};
}

index_row sample() {
  index_row x;
  x.frame = 41;
  x.sequence = 1042;
  x.capture_ns = 1'800'000'000'123'456'789;
  x.receive_ns = 1'800'000'000'125'000'000;
  x.offset_ns = -98'765;
  x.offset_error_ns = 120'000;
  x.exposure_us = 8000;
  x.bytes = 245'000;
  x.flags = 2;
  x.xxh3 = 0x0123'4567'89ab'cdef;
  x.epoch = 77;
  return x;
}

template <class T>
constexpr auto largest = std::numeric_limits<T>::max();

/// The row with the longest line.
index_row longest() {
  constexpr auto smallest = std::numeric_limits<int64_t>::min();
  index_row x;
  x.frame = largest<uint64_t>;
  x.sequence = largest<uint64_t>;
  x.capture_ns = smallest;
  x.receive_ns = smallest;
  x.offset_ns = smallest;
  x.offset_error_ns = largest<int64_t>;
  x.exposure_us = largest<int32_t>;
  x.bytes = largest<uint64_t>;
  x.flags = largest<uint32_t> & ~frame::rebuilt;
  x.xxh3 = largest<uint64_t>;
  x.epoch = largest<uint64_t>;
  return x;
}

} // namespace

CAF_TEST(a row has the fields that the header names) {
  CAF_CHECK_EQUAL(line_of(sample()),
                  "41,1042,1800000000123456789,1800000000125000000,-98765,"
                  "120000,8000,245000,2,0123456789abcdef,77\n");
}

CAF_TEST(an unknown exposure is an empty field) {
  auto x = sample();
  x.exposure_us = -1;
  CAF_CHECK_EQUAL(line_of(x),
                  "41,1042,1800000000123456789,1800000000125000000,-98765,"
                  "120000,,245000,2,0123456789abcdef,77\n");
}

CAF_TEST(a bound that nobody knows is an empty field) {
  auto x = sample();
  x.flags = frame::arrival_time;
  x.offset_error_ns = -1;
  auto line = line_of(x);
  CAF_CHECK_EQUAL(line,
                  "41,1042,1800000000123456789,1800000000125000000,-98765,,"
                  "8000,245000,8,0123456789abcdef,77\n");
  line.pop_back();
  auto read = parse_index_row(line);
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(read->offset_error_ns, -1);
}

CAF_TEST(a row of earlier versions with a bound that is none is read) {
  auto line = "41,1042,1800000000123456789,1800000000123456789,0,0,,245000,1,"
              "0123456789abcdef,0";
  auto read = parse_index_row(line);
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(read->offset_error_ns, 0);
  CAF_CHECK_EQUAL(read->flags, uint32_t{frame::receive_time_only});
}

CAF_TEST(the longest row fills its buffer) {
  CAF_CHECK_EQUAL(line_of(longest()).size(), max_index_row_size);
}

CAF_TEST(what was written is read again) {
  auto unknown_exposure = sample();
  unknown_exposure.exposure_us = -1;
  for (const auto& x : {sample(), unknown_exposure, longest(), index_row{}}) {
    auto line = line_of(x);
    line.pop_back();
    auto read = parse_index_row(line);
    CAF_REQUIRE(read);
    CAF_CHECK_EQUAL(line_of(*read), line + '\n');
    CAF_CHECK_EQUAL(read->exposure_us, x.exposure_us);
    CAF_CHECK_EQUAL(read->flags, x.flags);
  }
}

CAF_TEST(a row that is cut before its last field is refused) {
  auto line = line_of(sample());
  for (size_t n = 0; n < line.size() - 3; ++n)
    CAF_CHECK(!parse_index_row(std::string_view{line}.substr(0, n)));
}

CAF_TEST(a row that a repair made leaves what is unknown empty) {
  auto x = sample();
  x.flags |= frame::rebuilt;
  auto line = line_of(x);
  CAF_CHECK_EQUAL(line,
                  "41,,1800000000123456789,,,,,245000,6,0123456789abcdef,\n");
  line.pop_back();
  auto read = parse_index_row(line);
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(read->sequence, 0u);
  CAF_CHECK_EQUAL(read->capture_ns, x.capture_ns);
  CAF_CHECK_EQUAL(read->xxh3, x.xxh3);
  for (size_t n = 0; n < line.size(); ++n)
    CAF_CHECK(!parse_index_row(std::string_view{line}.substr(0, n)));
}

CAF_TEST(any other text is no row) {
  const std::string sum = ",0123456789abcdef,";
  for (std::string text : {
         std::string{},
         std::string{",,,,,,,,,,"},
         std::string{index_header.substr(0, index_header.size() - 1)},
         "1,2,3,4,5,6,7,8,9" + sum + "7\n",
         "1,2,3,4,5,6,7,8,9" + sum + "7\r",
         "1,2,3,4,5,6,7,8,9" + sum + "7,",
         "1,2,3,4,5,6,7,8,9" + sum + "7,8",
         "1,2,3,4,5,6,7,8,9" + sum,
         "1,2,3,4,5,6,7,8,12" + sum + "7",
         "1,,3,,,,,8,9" + sum,
         std::string{"1,2,3,4,5,6,7,8,9"},
         std::string{"1,2,3,4,5,6,7,8,9,123456789abcdef,7"},
         std::string{"1,2,3,4,5,6,7,8,9,0123456789ABCDEF,7"},
         std::string{"1,2,3,4,5,6,7,8,9,00123456789abcdef,7"},
         " 1,2,3,4,5,6,7,8,9" + sum + "7",
         "+1,2,3,4,5,6,7,8,9" + sum + "7",
         "01,2,3,4,5,6,7,8,9" + sum + "7",
         "-1,2,3,4,5,6,7,8,9" + sum + "7",
         "1,2,-0,4,5,6,7,8,9" + sum + "7",
         "1,2,3,4,5,6,-1,8,9" + sum + "7",
         "1,2,3,4,5,6,7,8,0x9" + sum + "7",
         "1,2,3,4,5,6,2147483648,8,9" + sum + "7",
         "1,2,9223372036854775808,4,5,6,7,8,9" + sum + "7",
         "18446744073709551616,2,3,4,5,6,7,8,9" + sum + "7",
       })
    CAF_CHECK(!parse_index_row(text));
  CAF_CHECK(!parse_index_row(std::string(1 << 20, '1')));
  CAF_CHECK(parse_index_row("1,2,3,4,5,6,7,8,9" + sum + "7"));
  CAF_CHECK(parse_index_row("1,,3,,,,,8,4" + sum));
}
