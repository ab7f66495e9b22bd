#define CAF_SUITE waste_meter
#include "tests/camnode_test.hpp"

#include "actors/viewer/waste_meter.hpp"

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;

struct fixture {
  /// `seconds` pass, in each of which `more` comes, in 100 pieces.
  /// @returns Whether the connection is still there.
  bool pass(int seconds, const stream_totals& more) {
    for (int i = 0; i < seconds * 100; ++i) {
      now_ns += 10 * ms;
      auto part = [i](uint64_t x) {
        auto n = static_cast<uint64_t>(i % 100);
        return x * (n + 1) / 100 - x * n / 100;
      };
      sum.frames += part(more.frames);
      sum.cut += part(more.cut);
      sum.empty += part(more.empty);
      sum.broken += part(more.broken);
      sum.overhead_bytes += part(more.overhead_bytes);
      why = testee.judge(sum, now_ns);
      if (!why.empty())
        return false;
    }
    return true;
  }

  waste_meter testee;
  stream_totals sum;
  int64_t now_ns = 1;
  std::string why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(waste_meter_tests, fixture)

CAF_TEST(what cameras do is no waste) {
  // A camnode server, with headers of 400 bytes.
  CAF_CHECK(pass(600, {1000, 0, 0, 0, 1000 * 400}));
  // One with headers of 4096 bytes, or with every other picture broken.
  CAF_CHECK(pass(600, {30, 0, 0, 0, 30 * 4096}));
  CAF_CHECK(pass(600, {30, 0, 0, 30, 60 * 1000}));
  // A legacy server that says that it has nothing, between any two frames.
  CAF_CHECK(pass(600, {200, 0, 200, 0, 400 * 4}));
  // A camera that is somewhat faster than is taken of it.
  CAF_CHECK(pass(600, {2500, 500, 0, 0, 2500 * 400}));
}

CAF_TEST(a burst is forgiven) {
  CAF_CHECK(pass(1, {0, 0, 4900, 0, 0}));
  CAF_CHECK(pass(10, {}));
  CAF_CHECK(pass(1, {0, 0, 4900, 0, 0}));
}

CAF_TEST(parts of no bytes end the connection) {
  CAF_CHECK(!pass(10, {0, 0, 2000, 0, 0}));
  CAF_CHECK(why.find("wastes") != std::string::npos);
}

CAF_TEST(bodies that are no picture end the connection) {
  CAF_CHECK(!pass(10, {0, 0, 0, 2000, 0}));
}

CAF_TEST(frames far beyond the rate end the connection) {
  CAF_CHECK(!pass(10, {100'000, 98'000, 0, 0, 100'000 * 100}));
}

CAF_TEST(bytes around the pictures end the connection) {
  CAF_CHECK(!pass(10, {30, 0, 0, 0, 2'000'000}));
}

CAF_TEST_FIXTURE_SCOPE_END()
