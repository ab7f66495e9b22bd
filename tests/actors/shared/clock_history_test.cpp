#define CAF_SUITE clock_history
#include "tests/camnode_test.hpp"

#include "actors/shared/clock_history.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;

clock_record at(int64_t client_ns) {
  return {client_ns, 7, client_ns / 1000, 5, 3};
}

} // namespace

CAF_TEST(a record is kept every ten seconds) {
  clock_history x;
  for (int64_t i = 0; i <= 60; ++i)
    x.add(at(i * s), false);
  auto found = x.look();
  CAF_REQUIRE_EQUAL(found.size(), 7u);
  for (size_t i = 0; i < found.size(); ++i) {
    CAF_CHECK_EQUAL(found[i].client_ns, static_cast<int64_t>(i) * 10 * s);
    CAF_CHECK_EQUAL(found[i].offset_ns, found[i].client_ns / 1000);
  }
}

CAF_TEST(what makes the past void is kept at once) {
  clock_history x;
  x.add(at(1 * s), false);
  x.add(at(2 * s), true);
  x.add(at(3 * s), false);
  CAF_CHECK_EQUAL(x.look().size(), 2u);
}

CAF_TEST(a beginning keeps what still holds) {
  clock_history x;
  x.begin();
  CAF_CHECK(x.look().empty());
  for (int64_t i = 0; i <= 25; ++i)
    x.add(at(i * s), false);
  x.begin();
  auto found = x.look();
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK_EQUAL(found[0].client_ns, 25 * s);
}

CAF_TEST(a week is bounded and covered evenly) {
  clock_history x;
  constexpr int64_t week_s = 7 * 24 * 3600;
  for (int64_t i = 0; i <= week_s; ++i)
    x.add(at(i * s), false);
  auto found = x.look();
  CAF_CHECK(found.size() <= clock_history::max_records);
  CAF_CHECK(found.size() >= clock_history::max_records / 2);
  CAF_CHECK_EQUAL(found.front().client_ns, 0);
  int64_t widest = 0;
  for (size_t i = 1; i < found.size(); ++i)
    widest = std::max(widest, found[i].client_ns - found[i - 1].client_ns);
  CAF_CHECK(widest <= 3 * week_s * s / static_cast<int64_t>(found.size()));
  CAF_CHECK(week_s * s - found.back().client_ns <= widest);
}

CAF_TEST(what an earlier process kept goes on) {
  clock_history x;
  x.restore({at(10 * s), at(20 * s)});
  x.add(at(25 * s), false);
  x.add(at(31 * s), false);
  auto found = x.look();
  CAF_REQUIRE_EQUAL(found.size(), 3u);
  CAF_CHECK_EQUAL(found[0].client_ns, 10 * s);
  CAF_CHECK_EQUAL(found[2].client_ns, 31 * s);
  x.restore(std::vector<clock_record>(5000, at(1)));
  CAF_CHECK_EQUAL(x.look().size(), clock_history::max_records);
}

CAF_TEST(voids without end are bounded) {
  clock_history x;
  for (int64_t i = 0; i < 100'000; ++i)
    x.add(at(i * s), true);
  CAF_CHECK(x.look().size() <= clock_history::max_records);
}
