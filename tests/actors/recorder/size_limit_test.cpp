#define CAF_SUITE size_limit
#include "tests/camnode_test.hpp"

#include "actors/recorder/size_limit.hpp"

#include <vector>

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;

struct fixture {
  /// A picture of `width` at `at_ns`. @returns Whether it gets a film, where
  /// the open one has another width.
  bool take(uint16_t width, int64_t at_ns) {
    testee.note(width, 100, at_ns);
    if (width == film)
      return true;
    if (!testee.admits())
      return false;
    testee.change();
    film = width;
    films.push_back(at_ns);
    return true;
  }

  size_limit testee;
  uint16_t film = 0;
  std::vector<int64_t> films; ///< When they began.
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(size_limit_tests, fixture)

CAF_TEST(a camera that changes its size now and then gets its films) {
  for (uint16_t i = 1; i <= 100; ++i)
    CAF_CHECK(take(i, i * 11 * s));
}

CAF_TEST(a size that changes with each frame gets a handful of films) {
  for (int64_t i = 0; i < 18'000; ++i)
    take(static_cast<uint16_t>(1 + i % 2), i * s / 300);
  CAF_CHECK_EQUAL(films.size(), size_limit::free_changes);
}

CAF_TEST(pictures of the size that the film has are not refused) {
  size_t refused = 0;
  for (int64_t i = 0; i < 1'000; ++i)
    refused += !take(static_cast<uint16_t>(1 + i % 2), i * s / 100);
  CAF_CHECK(refused <= 500);
}

CAF_TEST(a size that stays gets its film after five seconds) {
  for (uint16_t i = 1; i <= 20; ++i)
    take(i, i * s / 100);
  auto since = 20 * s / 100;
  CAF_CHECK(!take(20, since + size_limit::stable_ns - 1));
  CAF_CHECK(take(20, since + size_limit::stable_ns));
}

CAF_TEST(no history makes more than a handful of films in a minute) {
  uint32_t random = 7;
  auto next = [&] { return random = random * 1'664'525 + 1'013'904'223; };
  for (int64_t at = 0; at < 2'000 * s;) {
    take(static_cast<uint16_t>(1 + next() / 65'536 % 3), at);
    // Often soon, sometimes after many seconds.
    at += next() % 8 == 0 ? int64_t{next()} * 3 : int64_t{next()} / 40;
  }
  CAF_CHECK(films.size() > 20);
  for (size_t i = 0; i + 18 < films.size(); ++i)
    CAF_CHECK(films[i + 18] - films[i] >= size_limit::window_ns);
}

CAF_TEST_FIXTURE_SCOPE_END()
