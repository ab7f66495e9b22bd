#define CAF_SUITE absence_log
#include "tests/camnode_test.hpp"

#include "actors/shared/absence_log.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;
constexpr int64_t start = 1'000 * s;

struct fixture {
  /// While the session is on.
  std::vector<absence> now(int64_t at_s) const {
    return log.look(start + at_s * s, false, false);
  }

  /// @param whole Whether frames from after the end were seen.
  std::vector<absence> end(int64_t at_s, bool whole) const {
    return log.look(start + at_s * s, true, whole);
  }

  /// A frame each second, both ends included.
  void frames(int64_t from_s, int64_t to_s) {
    for (auto at = from_s; at <= to_s; ++at)
      log.frame(start + at * s);
  }

  absence_log log{start};
};

void check(const absence& x, int64_t from_s, int64_t to_s,
           const std::string& why) {
  CAF_CHECK_EQUAL(x.from_ns, start + from_s * s);
  CAF_CHECK_EQUAL(x.to_ns, to_s == 0 ? 0 : start + to_s * s);
  CAF_CHECK_EQUAL(x.why, why);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(absence_log_tests, fixture)

CAF_TEST(a camera that gives no frame is away from start to end) {
  log.because("refused");
  CAF_CHECK(log.look(start + s / 2, false, false).empty());
  CAF_REQUIRE_EQUAL(now(5).size(), 1u);
  check(now(5)[0], 0, 0, "refused");
  CAF_CHECK_EQUAL(+now(5)[0].absent_ns, 5 * s);
  CAF_REQUIRE_EQUAL(end(9, false).size(), 1u);
  check(end(9, false)[0], 0, 9, "refused");
  CAF_CHECK_EQUAL(end(9, true).size(), 1u);
}

CAF_TEST(no frame in the shortest session is an absence without a reason too) {
  auto xs = log.look(start + 1, true, true);
  CAF_REQUIRE_EQUAL(xs.size(), 1u);
  CAF_CHECK(!xs[0].why.empty());
}

CAF_TEST(a camera that joins late was away until then) {
  log.because("nobody had announced it");
  frames(4, 8);
  auto xs = end(9, true);
  CAF_REQUIRE_EQUAL(xs.size(), 1u);
  check(xs[0], 0, 4, "nobody had announced it");
}

CAF_TEST(a slow camera that is connected is not away before its first frame) {
  frames(3, 3);
  CAF_CHECK(end(4, true).empty());
}

CAF_TEST(a camera is away where numbers are missing between two frames) {
  frames(0, 2);
  log.because("no route");
  check(now(5).at(0), 2, 0, "no route");
  log.missing();
  frames(7, 9);
  auto xs = end(10, true);
  CAF_REQUIRE_EQUAL(xs.size(), 1u);
  check(xs[0], 2, 7, "no route");
}

CAF_TEST(frames that come later out of the ring end what seemed an absence) {
  frames(0, 2);
  log.because("no route");
  CAF_CHECK_EQUAL(now(7).size(), 1u);
  frames(3, 9);
  CAF_CHECK(end(10, true).empty());
}

CAF_TEST(a rest of a camera is no absence) {
  frames(0, 2);
  frames(30, 31);
  CAF_CHECK(end(32, true).empty());
}

CAF_TEST(what is known of missing frames is a reason until frames come) {
  frames(0, 2);
  log.missing("lost here");
  log.missing();
  check(now(5).at(0), 2, 0, "lost here");
  frames(5, 6);
  log.missing("lost here");
  log.because("no route");
  frames(9, 10);
  log.missing();
  frames(13, 14);
  auto xs = end(15, true);
  CAF_REQUIRE_EQUAL(xs.size(), 3u);
  check(xs[0], 2, 5, "lost here");
  check(xs[1], 6, 9, "no route");
  check(xs[2], 10, 13, "no frame came");
}

CAF_TEST(single frames that are lost are no absence) {
  for (int i = 0; i < 20; ++i) {
    log.missing();
    log.frame(start + i * s / 2);
  }
  CAF_CHECK(end(10, true).empty());
}

CAF_TEST(a camera that is gone at the end was away until the end) {
  frames(0, 2);
  log.because("closed by the server");
  auto xs = end(9, false);
  CAF_REQUIRE_EQUAL(xs.size(), 1u);
  check(xs[0], 2, 9, "closed by the server");
  CAF_CHECK(end(9, true).empty());
}

CAF_TEST(many absences are joined and their sum stays right) {
  frames(0, 0);
  auto n = 3 * static_cast<int64_t>(absence_log::max_absences);
  for (int64_t i = 1; i <= n; ++i) {
    log.missing();
    frames(2 * i, 2 * i);
  }
  auto xs = end(2 * n + 1, true);
  CAF_CHECK_EQUAL(xs.size(), absence_log::max_absences);
  CAF_CHECK_EQUAL(+sum_of(xs).times, static_cast<uint64_t>(n));
  CAF_CHECK_EQUAL(+sum_of(xs).absent_ns, 2 * n * s);
  CAF_CHECK_EQUAL(xs.back().to_ns, start + 2 * n * s);
}

CAF_TEST(a reason is bounded) {
  log.because(std::string(100'000, 'x'));
  CAF_CHECK_EQUAL(now(5).at(0).why.size(), absence_log::max_why_bytes);
}

CAF_TEST(what a process told goes on in the next one) {
  log.because("refused");
  auto told = now(5);
  absence_log next{start};
  next.restore(told, {}, 0);
  auto xs = next.look(start + 9 * s, true, false);
  CAF_REQUIRE_EQUAL(xs.size(), 1u);
  check(xs[0], 0, 9, "refused");
}

CAF_TEST(an absence that was told as lasting ended where frames came) {
  log.because("refused");
  auto told = now(5);
  absence_log next{start};
  next.restore(told, {start + 6 * s, start + 8 * s}, start + 9 * s);
  auto xs = next.look(start + 10 * s, true, true);
  CAF_REQUIRE_EQUAL(xs.size(), 1u);
  check(xs[0], 0, 6, "refused");
}

CAF_TEST(an absence that is over is told once) {
  log.because("refused");
  frames(4, 8);
  absence_log next{start};
  next.restore(now(8), {start + 4 * s}, start + 8 * s);
  CAF_CHECK_EQUAL(next.look(start + 9 * s, true, true).size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
