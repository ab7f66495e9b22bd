// Request targets: what is accepted keeps its promises, and reads the same
// when written anew.

#include "messages/wire/http_target.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

void check_round_trip(const http_target& x) {
  std::string why;
  auto again = parse_http_target(lossless_stream_target(x.after), why);
  require(again && again->lossless);
  require(again->after.has_value() == x.after.has_value());
  if (x.after)
    require(again->after->epoch == x.after->epoch
            && again->after->sequence == x.after->sequence);
}

std::vector<uint8_t> seed(const std::string& text) {
  return {text.begin(), text.end()};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string why;
  auto result = parse_http_target({reinterpret_cast<const char*>(data), size},
                                  why);
  require(result.has_value() == why.empty());
  auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  require(std::all_of(why.begin(), why.end(), printable));
  if (!result)
    return 0;
  auto& path = result->path;
  require(size <= max_http_target_bytes && path.size() <= size);
  require(path.front() == '/');
  require(std::all_of(path.begin(), path.end(), printable));
  require(result->lossless || !result->after);
  check_round_trip(*result);
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  return {seed("/stream.mjpg?mode=lossless&after=7:1234"),
          seed("http://pi:8000/%73napshot.jpg?t=1&mode=live"), seed("/")};
}
