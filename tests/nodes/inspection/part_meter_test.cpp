#define CAF_SUITE part_meter
#include "tests/camnode_test.hpp"

#include "nodes/inspection/part_meter.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;

part_report camera(int64_t captured, int64_t bytes) {
  part_report x;
  x.name = "frames";
  x.kind = "camera";
  x.figures = {{"captured", captured, {}},
               {"bytes", bytes, {}},
               {"lost", 5, {}}};
  return x;
}

/// @returns -1 where there is no such figure.
int64_t rate(const part_meter& meter, part_report x, const std::string& name) {
  meter.add_rates(x);
  for (auto& y : x.figures)
    if (y.name == name + "_per_1000_s")
      return y.value;
  return -1;
}

} // namespace

CAF_TEST(rates are those between the last two samples) {
  part_meter meter;
  meter.sample({camera(100, 5000)}, 10 * s);
  CAF_CHECK_EQUAL(rate(meter, camera(100, 5000), "captured"), -1);
  meter.sample({camera(130, 9000)}, 12 * s);
  CAF_CHECK_EQUAL(rate(meter, camera(200, 9000), "captured"), 15'000);
  CAF_CHECK_EQUAL(rate(meter, camera(200, 9000), "bytes"), 2'000'000);
  CAF_CHECK_EQUAL(rate(meter, camera(200, 9000), "lost"), -1);
  meter.sample({camera(130, 9000)}, 13 * s);
  CAF_CHECK_EQUAL(rate(meter, camera(130, 9000), "captured"), 0);
}

CAF_TEST(what begins anew counts from nothing) {
  part_meter meter;
  meter.sample({camera(100, 5000)}, 10 * s);
  meter.sample({camera(10, 500)}, 11 * s);
  CAF_CHECK_EQUAL(rate(meter, camera(10, 500), "captured"), 10'000);
}

CAF_TEST(what is in a ring did not pass it) {
  part_report ring;
  ring.name = "ring";
  ring.kind = "ring";
  ring.figures = {{"frames", 5, {}}, {"bytes", 5, {}}, {"pushed", 50, {}}};
  part_meter meter;
  meter.sample({ring}, 10 * s);
  meter.sample({ring}, 11 * s);
  CAF_CHECK_EQUAL(rate(meter, ring, "frames"), -1);
  CAF_CHECK_EQUAL(rate(meter, ring, "bytes"), -1);
  CAF_CHECK_EQUAL(rate(meter, ring, "pushed"), 0);
}

CAF_TEST(who has gone leaves nothing) {
  part_meter meter;
  meter.sample({camera(100, 5000)}, 10 * s);
  meter.sample({}, 11 * s);
  CAF_CHECK_EQUAL(rate(meter, camera(100, 5000), "captured"), -1);
  meter.sample({camera(100, 5000)}, 12 * s);
  CAF_CHECK_EQUAL(rate(meter, camera(100, 5000), "captured"), -1);
}
