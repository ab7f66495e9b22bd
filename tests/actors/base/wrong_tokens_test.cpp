#define CAF_SUITE wrong_tokens
#include "tests/camnode_test.hpp"

#include "actors/base/wrong_tokens.hpp"

using namespace camnode;
using namespace std::chrono_literals;

namespace {

constexpr int64_t second = 1'000'000'000;

} // namespace

CAF_TEST(a wrong token costs a second) {
  wrong_tokens x;
  CAF_CHECK(x.take("10.0.0.1", 0) == 1s);
  CAF_CHECK(x.take("10.0.0.1", 10 * second) == 1s);
}

CAF_TEST(of several from one address each waits for the one before) {
  wrong_tokens x;
  for (auto n = 1; n <= 5; ++n)
    CAF_CHECK(x.take("10.0.0.1", 0) == std::chrono::seconds{n});
  CAF_CHECK(x.take("10.0.0.1", second / 2) == 5500ms);
  CAF_CHECK(x.take("10.0.0.2", second / 2) == 1s);
}

CAF_TEST(nobody waits for longer than a minute) {
  wrong_tokens x;
  for (auto n = 0; n < 1000; ++n)
    CAF_CHECK(x.take("10.0.0.1", 0) <= wrong_tokens::longest);
  CAF_CHECK(x.take("10.0.0.1", 70 * second) == 1s);
}

CAF_TEST(addresses beyond the most that are told apart count as one) {
  wrong_tokens x{2};
  x.take("10.0.0.1", 0);
  x.take("10.0.0.2", 0);
  CAF_CHECK(x.take("10.0.0.3", 0) == 1s);
  CAF_CHECK(x.take("10.0.0.4", 0) == 2s);
  CAF_CHECK(x.take("10.0.0.1", 0) == 2s);
  // Those whose time is over make room.
  CAF_CHECK(x.take("10.0.0.5", 5 * second) == 1s);
  CAF_CHECK(x.take("10.0.0.6", 5 * second) == 1s);
  CAF_CHECK(x.take("10.0.0.7", 5 * second) == 1s);
  CAF_CHECK(x.take("10.0.0.8", 5 * second) == 2s);
}
