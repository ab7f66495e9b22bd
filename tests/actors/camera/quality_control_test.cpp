#define CAF_SUITE quality_control

#include "tests/camnode_test.hpp"

#include "actors/camera/quality_control.hpp"

#include <cmath>

using namespace camnode;

namespace {

/// A camera whose JPEGs have sizes like real ones: by libjpeg's scale, with a
/// power that depends on the picture.
struct model {
  double bytes_at_50;
  double power;

  size_t size(int quality) const {
    auto scale = quality < 50 ? 50.0 / quality : 2 - quality / 50.0;
    return static_cast<size_t>(bytes_at_50 * std::pow(scale, -power)) + 600;
  }
};

constexpr int64_t frame_ns = 33'333'333;

/// Runs `seconds` of a camera. @returns kbit/s in the last half of it.
double run(quality_control& testee, const model& camera, int seconds,
           int64_t& now_ns, int delay = 2) {
  std::vector<int> in_flight(static_cast<size_t>(delay), testee.quality());
  double bytes = 0;
  int frames = seconds * 30;
  for (int i = 0; i < frames; ++i) {
    now_ns += frame_ns;
    in_flight.push_back(testee.quality());
    auto quality = in_flight.front();
    in_flight.erase(in_flight.begin());
    auto size = camera.size(quality);
    testee.note(quality, size, now_ns);
    if (i >= frames / 2)
      bytes += static_cast<double>(size);
  }
  return bytes * 8 / 1000 / (seconds / 2.0);
}

} // namespace

CAF_TEST(without a bandwidth the quality stays) {
  quality_control testee{73, 0, 30};
  int64_t now_ns = 1;
  run(testee, {1e5, 0.7}, 2, now_ns);
  CAF_CHECK_EQUAL(testee.quality(), 73);
}

CAF_TEST(the stream has the bandwidth whatever the picture is like) {
  for (double power : {0.5, 0.7, 0.9}) {
    for (double size : {4e4, 8e4, 2e5}) {
      quality_control testee{80, 20'000, 30};
      int64_t now_ns = 1;
      auto got = run(testee, {size, power}, 10, now_ns);
      if (std::abs(got - 20'000) > 1000)
        CAF_ERROR(got << " kbit/s for " << size << " bytes, power " << power);
    }
  }
}

CAF_TEST(a scene that changes is followed within two seconds) {
  quality_control testee{80, 20'000, 30};
  int64_t now_ns = 1;
  run(testee, {5e4, 0.7}, 5, now_ns);
  auto before = testee.quality();
  auto got = run(testee, {1.5e5, 0.7}, 4, now_ns);
  CAF_CHECK(std::abs(got - 20'000) < 1500);
  CAF_CHECK(testee.quality() < before - 10);
}

CAF_TEST(what no quality can reach stays at the bounds) {
  quality_control poor{80, 100, 30};
  quality_control rich{80, 1'000'000, 30};
  int64_t now_ns = 1;
  run(poor, {1e5, 0.7}, 5, now_ns);
  run(rich, {1e5, 0.7}, 5, now_ns);
  CAF_CHECK_EQUAL(poor.quality(), quality_control::least);
  CAF_CHECK_EQUAL(rich.quality(), quality_control::most);
}

CAF_TEST(a pause is no credit for more than a second) {
  quality_control testee{80, 20'000, 30};
  int64_t now_ns = 1;
  run(testee, {1e5, 0.7}, 5, now_ns);
  auto before = testee.quality();
  now_ns += 3'600'000'000'000;
  double bytes = 0;
  for (int i = 0; i < 30; ++i) {
    now_ns += frame_ns;
    auto size = model{1e5, 0.7}.size(testee.quality());
    testee.note(testee.quality(), size, now_ns);
    bytes += static_cast<double>(size);
  }
  // At most the second's own bandwidth and what a second before gave.
  CAF_CHECK(bytes * 8 / 1000 < 2 * 20'000);
  run(testee, {1e5, 0.7}, 5, now_ns);
  CAF_CHECK(std::abs(testee.quality() - before) <= 3);
}
