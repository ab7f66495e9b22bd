#define CAF_SUITE number_set

#include "tests/camnode_test.hpp"

#include "messages/disk/number_set.hpp"

#include <limits>
#include <string>

using namespace camnode;

namespace {

std::string text_of(const std::vector<frame_range>& x) {
  std::string result;
  for (auto& y : x)
    result += std::to_string(y.epoch) + ":" + std::to_string(y.first) + "-"
              + std::to_string(y.last) + " ";
  return result;
}

} // namespace

CAF_TEST(what is not in a set is what lies between its ranges) {
  number_set x;
  x.add({1, 3, 5});
  x.add({1, 8, 8});
  x.add({2, 1, 9});
  CAF_CHECK_EQUAL(text_of(x.missing_from({1, 1, 10})), "1:1-2 1:6-7 1:9-10 ");
  CAF_CHECK_EQUAL(text_of(x.common_with({1, 1, 10})), "1:3-5 1:8-8 ");
  CAF_CHECK_EQUAL(text_of(x.missing_from({1, 4, 8})), "1:6-7 ");
  CAF_CHECK_EQUAL(text_of(x.common_with({1, 4, 8})), "1:4-5 1:8-8 ");
  CAF_CHECK_EQUAL(text_of(x.missing_from({1, 3, 5})), "");
  CAF_CHECK_EQUAL(text_of(x.missing_from({3, 3, 5})), "3:3-5 ");
  CAF_CHECK_EQUAL(text_of(x.common_with({3, 3, 5})), "");
}

CAF_TEST(ranges that overlap are one) {
  number_set x;
  x.add({1, 5, 9});
  x.add({1, 1, 2});
  x.add({1, 2, 5});
  x.add({1, 3, 4});
  CAF_CHECK_EQUAL(text_of(x.common_with({1, 0, 100})), "1:1-9 ");
}

CAF_TEST(ranges that touch are one) {
  constexpr auto most = std::numeric_limits<uint64_t>::max();
  number_set x;
  for (uint64_t n : {2, 4, 3, 0, 1})
    x.add({1, n, n});
  x.add({1, most, most});
  x.add({1, most - 1, most - 1});
  CAF_CHECK_EQUAL(text_of(x.common_with({1, 0, most})),
                  "1:0-4 1:18446744073709551614-18446744073709551615 ");
}

CAF_TEST(a set agrees with a plain list of numbers) {
  uint32_t seed = 1;
  auto random = [&](uint32_t n) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
  };
  for (int round = 0; round < 200; ++round) {
    number_set x;
    bool there[64] = {};
    for (uint32_t i = random(8); i > 0; --i) {
      auto first = random(60);
      auto last = first + random(4);
      x.add({7, first, last});
      std::fill(there + first, there + last + 1, true);
    }
    auto first = random(60);
    auto last = first + random(64 - first);
    std::vector<frame_range> missing;
    std::vector<frame_range> common;
    for (auto n = first; n <= last; ++n)
      add_number(there[n] ? common : missing, 7, n);
    CAF_CHECK_EQUAL(text_of(x.missing_from({7, first, last})),
                    text_of(missing));
    CAF_CHECK_EQUAL(text_of(x.common_with({7, first, last})), text_of(common));
  }
}
