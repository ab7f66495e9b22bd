#define CAF_SUITE activity_meter
#include "tests/camnode_test.hpp"

#include "nodes/inspection/activity_meter.hpp"

using namespace camnode;

namespace {

constexpr int64_t second = 1'000'000'000;

actor_figures actor(uint64_t handled, int64_t work_ns, uint32_t life = 0) {
  actor_figures x;
  x.name = "camera";
  x.restarts = life;
  x.handled = handled;
  x.uptime_ns = 10 * second;
  x.handlers.sum_ns = work_ns;
  x.messages = {{"beat", handled / 2}, {"wake", handled - handled / 2}};
  return x;
}

} // namespace

CAF_TEST(rates are those between the last two samples) {
  activity_meter meter;
  meter.sample({actor(100, 0)}, 100 * second);
  meter.sample({actor(160, second / 2)}, 102 * second);
  auto x = meter.of("camera");
  CAF_CHECK_EQUAL(x.per_1000_s, 30'000u);
  CAF_CHECK_EQUAL(x.load_ppm, 250'000u);
  CAF_CHECK_EQUAL(x.by_type["beat"], 15'000u);
  CAF_CHECK_EQUAL(x.by_type["wake"], 15'000u);
  meter.sample({actor(160, second / 2)}, 103 * second);
  CAF_CHECK_EQUAL(meter.of("camera").per_1000_s, 0u);
}

CAF_TEST(a first sample measures from the start of the actor) {
  activity_meter meter;
  meter.sample({actor(100, second)}, 100 * second);
  CAF_CHECK_EQUAL(meter.of("camera").per_1000_s, 10'000u);
  CAF_CHECK_EQUAL(meter.of("camera").load_ppm, 100'000u);
  CAF_CHECK_EQUAL(meter.of("viewer").per_1000_s, 0u);
}

CAF_TEST(a new life starts from nothing) {
  activity_meter meter;
  meter.sample({actor(1000, 0)}, 100 * second);
  auto next = actor(5, 0, 1);
  next.uptime_ns = second / 2;
  meter.sample({next}, 101 * second);
  CAF_CHECK_EQUAL(meter.of("camera").per_1000_s, 10'000u);
}

CAF_TEST(a handler that does not end is load) {
  activity_meter meter;
  auto stuck = actor(100, 0);
  stuck.busy_ns = second;
  meter.sample({stuck}, 100 * second);
  stuck.busy_ns = 2 * second;
  meter.sample({stuck}, 101 * second);
  CAF_CHECK_EQUAL(meter.of("camera").load_ppm, 1'000'000u);
}

CAF_TEST(an actor that has gone has no rates) {
  activity_meter meter;
  meter.sample({actor(100, 0)}, 100 * second);
  meter.sample({}, 101 * second);
  CAF_CHECK_EQUAL(meter.of("camera").per_1000_s, 0u);
}

CAF_TEST(two samples at one instant divide by nothing) {
  activity_meter meter;
  meter.sample({actor(100, 0)}, 100 * second);
  meter.sample({actor(200, 0)}, 100 * second);
  CAF_CHECK_EQUAL(meter.of("camera").per_1000_s, 0u);
}
