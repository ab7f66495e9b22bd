#define CAF_SUITE clock_offset
#include "tests/camnode_test.hpp"

#include "tests/actors/viewer/clock_server.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <random>

using namespace camnode;
using namespace camnode_test;

CAF_TEST(nothing is known before the first exchange) {
  clock_offset x;
  CAF_CHECK(!x.at(1 * s));
}

CAF_TEST(an exchange over equal ways gives the offset) {
  for (int64_t offset : {-3600 * s, int64_t{0}, 17 * s + 1}) {
    clock_offset x;
    x.add(server{offset}.probe(5000 * s, 2 * ms, 1 * ms, 2 * ms));
    auto found = x.at(5000 * s + 5 * ms);
    CAF_REQUIRE(found);
    CAF_CHECK(std::abs(found->offset_ns - offset) <= 1 * us);
    CAF_CHECK(found->error_ns >= 2 * ms);
    CAF_CHECK(found->error_ns < 2 * ms + 2 * us);
  }
}

CAF_TEST(the time that the server took does not count as error) {
  clock_offset x;
  x.add(server{9 * s}.probe(100 * s, 1 * ms, 800 * ms, 1 * ms));
  auto found = x.at(100 * s + 802 * ms);
  CAF_CHECK(std::abs(found->offset_ns - 9 * s) < 200 * us);
  // The rate is unknown yet, for 0.8 s.
  CAF_CHECK(found->error_ns < 1 * ms + 300 * us);
}

CAF_TEST(the exchange with the shortest way counts) {
  clock_offset x;
  server to{7 * s};
  x.add(to.probe(100 * s, 20 * ms, 0, 1 * ms));
  x.add(to.probe(101 * s, 300 * us, 0, 300 * us));
  x.add(to.probe(102 * s, 1 * ms, 0, 40 * ms));
  auto found = x.at(103 * s);
  CAF_CHECK(std::abs(found->offset_ns - 7 * s) < 600 * us);
  CAF_CHECK(found->error_ns < 1 * ms);
}

CAF_TEST(an exchange that is too old gives way to a newer and longer one) {
  clock_offset x;
  server to{7 * s};
  x.add(to.probe(100 * s, 1 * ms, 0, 1 * ms));
  x.add(to.probe(200 * s, 3 * ms, 0, 1 * ms));
  // 100 s at 300 ppm are 30 ms.
  CAF_CHECK(x.at(200 * s + 4 * ms)->error_ns < 3 * ms);
}

CAF_TEST(the error grows with the age by what crystals drift) {
  clock_offset x;
  x.add(server{0}.probe(100 * s, 1 * ms, 0, 1 * ms));
  auto young = x.at(101 * s)->error_ns;
  auto old = x.at(111 * s)->error_ns;
  CAF_CHECK_EQUAL(old - young, 10 * s * max_drift_ppm / 1'000'000);
}

CAF_TEST(the error bounds the truth under jitter and drift) {
  std::minstd_rand random{20'240'607};
  auto between = [&](int64_t a, int64_t b) {
    return std::uniform_int_distribution<int64_t>{a, b}(random);
  };
  // Mostly short, at times very long, and each direction for itself.
  auto way = [&] {
    return between(0, 9) == 0 ? between(1 * ms, 80 * ms)
                              : between(50 * us, 900 * us);
  };
  int64_t worst_over = std::numeric_limits<int64_t>::min();
  int64_t largest_error = 0;
  for (int64_t drift : {-100, -37, 0, 60, 100}) {
    server to{between(-40'000 * s, 40'000 * s), drift};
    clock_offset x;
    int64_t now = 70'000 * s + between(0, s);
    for (int i = 0; i < 2'000; ++i) {
      auto probe = to.probe(now, way(), between(0, 200 * us), way());
      x.add(probe);
      auto later = probe.answered_ns + between(0, 2 * s);
      for (auto t : {probe.answered_ns, later}) {
        auto found = x.at(t);
        auto off = std::abs(found->offset_ns - to.offset_at(t));
        worst_over = std::max(worst_over, off - found->error_ns);
        largest_error = std::max(largest_error, found->error_ns);
      }
      now = std::max(probe.answered_ns, later) + between(0, 1 * s);
    }
  }
  CAF_CHECK(worst_over <= 0);
  // What the filter is for: one long way does not show.
  CAF_CHECK(largest_error < 100 * ms);
}

CAF_TEST(the error bounds the truth where the whole way is one direction) {
  int64_t worst_over = std::numeric_limits<int64_t>::min();
  for (int64_t drift : {-100, 100})
    for (int64_t way : {int64_t{100}, 3 * us, 40 * ms + 1})
      for (bool is_there : {false, true}) {
        server to{-12'345 * s, drift};
        auto probe = to.probe(5'000 * s, is_there ? way : 0, 700 * us,
                              is_there ? 0 : way);
        clock_offset x;
        x.add(probe);
        for (int64_t t = probe.answered_ns; t < probe.answered_ns + 5 * ms;
             t += 97 * us) {
          auto found = x.at(t);
          CAF_REQUIRE(found);
          auto off = std::abs(found->offset_ns - to.offset_at(t));
          worst_over = std::max(worst_over, off - found->error_ns);
        }
      }
  CAF_CHECK(worst_over <= 0);
  CAF_CHECK(worst_over > -2 * us); // The bound is no wider than it must be.
}

CAF_TEST(a server that was restarted has its new offset with one exchange) {
  clock_offset x;
  for (int i = 0; i < 20; ++i)
    x.add(server{5000 * s}.probe((9000 + i) * s, 200 * us, 0, 200 * us));
  server again{-9000 * s};
  x.add(again.probe(9030 * s, 5 * ms, 0, 9 * ms));
  auto found = x.at(9030 * s + 14 * ms);
  CAF_CHECK(std::abs(found->offset_ns + 9000 * s) <= found->error_ns);
  CAF_CHECK(found->error_ns < 8 * ms);
}

CAF_TEST(a small step is noticed once it is beyond both errors) {
  clock_offset x;
  server before{100 * s};
  server after{100 * s + 10 * ms};
  x.add(before.probe(500 * s, 500 * us, 0, 500 * us));
  x.add(after.probe(501 * s, 500 * us, 0, 500 * us));
  CAF_CHECK(std::abs(x.at(501 * s)->offset_ns - after.offset_ns) < 1 * ms);
}

CAF_TEST(a long way that agrees within its error is no step) {
  clock_offset x;
  server to{100 * s};
  x.add(to.probe(500 * s, 100 * us, 0, 100 * us));
  x.add(to.probe(501 * s, 90 * ms, 0, 1 * ms));
  auto found = x.at(501 * s + 91 * ms);
  CAF_CHECK(std::abs(found->offset_ns - 100 * s) < 200 * us);
}

CAF_TEST(an exchange that contradicts itself is dropped) {
  clock_offset x;
  x.add({100 * s, 50 * s, 49 * s, 101 * s}); // Sent before it was received.
  x.add({100 * s, 50 * s, 52 * s, 101 * s}); // Inside for longer than away.
  x.add({100 * s, 50 * s, 50 * s, 99 * s});  // Answered before it was asked.
  CAF_CHECK(!x.at(102 * s));
}

CAF_TEST(times that no clock has are dropped) {
  constexpr auto least = std::numeric_limits<int64_t>::min();
  constexpr auto most = std::numeric_limits<int64_t>::max();
  clock_offset x;
  for (int64_t received : {least, int64_t{-1}, int64_t{0}, most})
    for (int64_t sent : {least, int64_t{-1}, most})
      x.add({100 * s, received, sent, 101 * s});
  CAF_CHECK(!x.at(102 * s));
}

CAF_TEST(what contradicts the rest is told) {
  using verdict = clock_offset::verdict;
  clock_offset x;
  server before{100 * s};
  server after{103 * s};
  CAF_CHECK(x.add(before.probe(500 * s, us, 0, us)) == verdict::taken);
  CAF_CHECK(x.add(before.probe(501 * s, us, 0, us)) == verdict::taken);
  CAF_CHECK(x.add({502 * s, 2 * s, 1 * s, 503 * s}) == verdict::refused);
  CAF_CHECK(x.add(after.probe(502 * s, us, 0, us)) == verdict::restarted);
  CAF_CHECK(x.add(after.probe(503 * s, us, 0, us)) == verdict::taken);
}

CAF_TEST(an answer from before the newest one is refused) {
  clock_offset x;
  server to{7 * s};
  x.add(to.probe(101 * s, us, 0, us));
  CAF_CHECK(x.add(to.probe(100 * s, us, 0, us))
            == clock_offset::verdict::refused);
}

CAF_TEST(the drift is found and its error shrinks with the time) {
  for (int64_t ppm : {-200, -40, 0, 3, 200}) {
    clock_offset x;
    server to{-50'000 * s, ppm};
    int64_t error_before = std::numeric_limits<int64_t>::max();
    for (int64_t i = 0; i < 60; ++i) {
      x.add(to.probe((1000 + i) * s, 100 * us, 20 * us, 100 * us));
      auto found = x.drift();
      CAF_REQUIRE(found);
      CAF_CHECK(std::abs(found->ppb - ppm * 1000) <= found->error_ppb + 1);
      CAF_CHECK(found->error_ppb <= error_before);
      error_before = found->error_ppb;
    }
    CAF_CHECK(error_before < 8'000);
  }
}

CAF_TEST(a drift that is known goes on without exchanges) {
  clock_offset x;
  server to{-50'000 * s, 150};
  for (int64_t i = 0; i < 60; ++i)
    x.add(to.probe((1000 + i) * s, 100 * us, 20 * us, 100 * us));
  auto found = x.at(1120 * s);
  auto off = std::abs(found->offset_ns - to.offset_at(1120 * s));
  CAF_CHECK(off < 400 * us);
  CAF_CHECK(off <= found->error_ns);
  CAF_CHECK(found->error_ns < 2 * ms);
}

CAF_TEST(what is forgotten is unknown) {
  clock_offset x;
  x.add(server{7 * s}.probe(101 * s, us, 0, us));
  x.forget();
  CAF_CHECK(!x.at(102 * s));
  CAF_CHECK(!x.drift());
  CAF_CHECK(!x.map(102 * s, 110 * s));
}

CAF_TEST(nothing is mapped before what was mapped earlier) {
  clock_offset x;
  server before{100 * s};
  server after{97 * s}; // Its clock was put forward by 3 s.
  x.add(before.probe(500 * s, us, 0, us));
  auto first = x.map(before.clock(500 * s + 20 * ms), 501 * s);
  auto first_ns = before.clock(500 * s + 20 * ms) + first->offset_ns;
  // Stamped later, by a clock that was put back meanwhile.
  auto second = x.map(before.clock(500 * s + 20 * ms) - 2 * s, 502 * s);
  auto second_ns = before.clock(500 * s + 20 * ms) - 2 * s + second->offset_ns;
  CAF_CHECK_EQUAL(second_ns, first_ns);
  CAF_CHECK(second->error_ns >= 2 * s);
  x.add(after.probe(503 * s, us, 0, us));
  auto third = x.map(after.clock(503 * s), 504 * s);
  CAF_CHECK(std::abs(after.clock(503 * s) + third->offset_ns - 503 * s)
            <= third->error_ns);
  CAF_CHECK(third->error_ns < 1 * ms);
}

CAF_TEST(what is stamped close together stays in order as estimates improve) {
  clock_offset x;
  server to{7 * s};
  x.add(to.probe(100 * s, 20 * ms, 0, 0)); // The middle is off by 10 ms.
  auto first = to.clock(101 * s);
  auto first_ns = first + x.map(first, 102 * s)->offset_ns;
  x.add(to.probe(102 * s, 1 * us, 0, 1 * us));
  auto last_ns = first_ns;
  int64_t off = 0;
  for (auto stamp = first + 100 * us; stamp < first + 100 * ms;
       stamp += 100 * us) {
    auto found = x.map(stamp, 103 * s);
    auto mapped_ns = stamp + found->offset_ns;
    CAF_CHECK(mapped_ns >= last_ns + 50 * us);
    off = std::abs(mapped_ns - (stamp + to.offset_ns));
    CAF_CHECK(off <= found->error_ns);
    last_ns = mapped_ns;
  }
  CAF_CHECK(off < 500 * us);
}

CAF_TEST(nothing is mapped after its own arrival) {
  clock_offset x;
  server to{7 * s};
  x.add(to.probe(100 * s, 5 * ms, 0, 0));
  auto now = 100 * s + 6 * ms;
  auto stamp = to.clock(now);
  CAF_CHECK(stamp + x.map(stamp, now)->offset_ns <= now);
}
