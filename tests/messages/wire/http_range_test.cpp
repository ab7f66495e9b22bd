#define CAF_SUITE http_range
#include "tests/camnode_test.hpp"

#include "messages/wire/http_range.hpp"

#include <string>

using namespace camnode;

namespace {

using kind = http_range::kind;

/// What is answered of 100 bytes: `0+100` for all of them as a part, `whole`
/// and `none` for the others.
std::string answered(const std::string& header, uint64_t size = 100) {
  auto x = parse_http_range(header, size);
  if (x.what == kind::none)
    return "none";
  auto part = std::to_string(x.offset) + "+" + std::to_string(x.size);
  if (x.what == kind::part)
    return part;
  CAF_CHECK_EQUAL(part, "0+" + std::to_string(size));
  return "whole";
}

} // namespace

CAF_TEST(a range is the part that it names) {
  CAF_CHECK_EQUAL(answered("bytes=0-0"), "0+1");
  CAF_CHECK_EQUAL(answered("bytes=10-19"), "10+10");
  CAF_CHECK_EQUAL(answered("Bytes=10-19"), "10+10");
  CAF_CHECK_EQUAL(answered("bytes= 10-19 "), "10+10");
  CAF_CHECK_EQUAL(answered("bytes=0-99"), "0+100");
  CAF_CHECK_EQUAL(answered("bytes=99-"), "99+1");
  CAF_CHECK_EQUAL(answered("bytes=-1"), "99+1");
}

CAF_TEST(a range ends where the file does) {
  CAF_CHECK_EQUAL(answered("bytes=90-200"), "90+10");
  CAF_CHECK_EQUAL(answered("bytes=0-18446744073709551615"), "0+100");
  CAF_CHECK_EQUAL(answered("bytes=-200"), "0+100");
  CAF_CHECK_EQUAL(answered("bytes=-18446744073709551615"), "0+100");
}

CAF_TEST(behind the end there is nothing) {
  for (auto* x : {"bytes=100-", "bytes=100-200", "bytes=-0",
                  "bytes=18446744073709551615-18446744073709551615"})
    CAF_CHECK_EQUAL(answered(x), "none");
  CAF_CHECK_EQUAL(answered("bytes=0-", 0), "none");
  CAF_CHECK_EQUAL(answered("bytes=-1", 0), "none");
}

CAF_TEST(what is no single range means the whole) {
  for (auto* x : {"", "bytes", "bytes=", "bytes=-", "bytes=1", "bytes=5-4",
                  "bytes=0-1,4-5", "bytes=a-b", "bytes=0x1-2", "bytes=+1-2",
                  "bytes=1-2-3", "bytes=--1", "lines=0-1", "0-1",
                  "bytes=18446744073709551616-", "bytes=1 -2"})
    CAF_CHECK_EQUAL(answered(x), "whole");
  CAF_CHECK_EQUAL(answered("", 0), "whole");
}
