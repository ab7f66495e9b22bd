#define CAF_SUITE growth_meter
#include "tests/camnode_test.hpp"

#include "nodes/inspection/growth_meter.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;

/// Frames of a camera, born at `born_ns` (0: not known).
std::map<std::string, counted> frames(int64_t n, int64_t born_ns = 0) {
  return {{"camera", {{{"frames", n}, {"bytes", 100 * n}}, born_ns}}};
}

/// @returns -1 where it is not known.
int64_t rate(const growth_meter& meter, const std::string& name = "frames") {
  auto rates = meter.of("camera");
  auto i = rates.find(name);
  return i == rates.end() ? -1 : i->second;
}

} // namespace

CAF_TEST(rates are those between the last two samples) {
  growth_meter meter;
  meter.sample(frames(100), 10 * s);
  CAF_CHECK_EQUAL(rate(meter), -1);
  meter.sample(frames(130), 12 * s);
  CAF_CHECK_EQUAL(rate(meter), 15'000);
  CAF_CHECK_EQUAL(rate(meter, "bytes"), 1'500'000);
  CAF_CHECK_EQUAL(rate(meter, "lost"), -1);
  meter.sample(frames(130), 13 * s);
  CAF_CHECK_EQUAL(rate(meter), 0);
}

CAF_TEST(what was born since is measured from its birth) {
  growth_meter meter;
  meter.sample(frames(100, 90 * s), 100 * s);
  CAF_CHECK_EQUAL(rate(meter), 10'000);
  meter.sample(frames(160, 90 * s), 102 * s);
  CAF_CHECK_EQUAL(rate(meter), 30'000);
  meter.sample(frames(5, 102 * s + s / 2), 103 * s);
  CAF_CHECK_EQUAL(rate(meter), 10'000);
}

CAF_TEST(what falls has begun anew unless its birth is known) {
  growth_meter meter;
  meter.sample(frames(100), 10 * s);
  meter.sample(frames(10), 11 * s);
  CAF_CHECK_EQUAL(rate(meter), 10'000);
  meter.sample(frames(9, 10 * s), 12 * s);
  CAF_CHECK_EQUAL(rate(meter), 0);
}

CAF_TEST(who has gone leaves nothing) {
  growth_meter meter;
  meter.sample(frames(100), 10 * s);
  meter.sample({}, 11 * s);
  CAF_CHECK_EQUAL(rate(meter), -1);
  meter.sample(frames(100), 12 * s);
  CAF_CHECK_EQUAL(rate(meter), -1);
}

CAF_TEST(two samples at one instant divide by nothing) {
  growth_meter meter;
  meter.sample(frames(100, 90 * s), 100 * s);
  meter.sample(frames(200, 90 * s), 100 * s);
  CAF_CHECK_EQUAL(rate(meter), -1);
}
