// `Range` headers: a part lies within what it is a part of.

#include "messages/wire/http_range.hpp"

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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kind = http_range::kind;
  for (uint64_t whole : {uint64_t{0}, uint64_t{1}, uint64_t{100},
                         uint64_t{1} << 40, ~uint64_t{0}}) {
    auto x = parse_http_range({reinterpret_cast<const char*>(data), size},
                              whole);
    require(x.offset <= whole && x.size <= whole - x.offset);
    require(x.what != kind::whole || (x.offset == 0 && x.size == whole));
    require(x.what != kind::part || x.size > 0);
    require(x.what != kind::none || x.size == 0);
  }
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  return {seed("bytes=0-99"), seed("bytes=5-"), seed("bytes=-7"),
          seed("bytes=18446744073709551615-18446744073709551615")};
}
