#define CAF_SUITE expected_pause
#include "tests/camnode_test.hpp"

#include "actors/shared/expected_pause.hpp"

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1000 * ms;

struct fixture {
  server_info server;
  viewer_figures viewer;
  int64_t now = 1000 * s;

  fixture() {
    viewer.connected = true;
    viewer.newest_ns = now;
  }

  /// After a silence of `ns`.
  int64_t at(int64_t ns) const {
    return expected_pause_ns(server, viewer, now + ns);
  }
};

} // namespace

CAF_TEST(a camera that nobody knows is given time but no more than it takes) {
  fixture f;
  CAF_CHECK_EQUAL(f.at(0), 0);
  CAF_CHECK_EQUAL(f.at(7 * s), 7 * s);
  CAF_CHECK_EQUAL(f.at(20 * s), 10 * s);
}

CAF_TEST(a camera that is known is given what it has shown) {
  fixture f;
  f.viewer.is_known = true;
  f.viewer.longest_ns = 3 * s;
  CAF_CHECK_EQUAL(f.at(20 * s), 3 * s);
  // What comes after a rest is on disk a moment later.
  f.viewer.rest_ns = 3 * s;
  f.viewer.rested_ns = f.viewer.newest_ns;
  CAF_CHECK_EQUAL(f.at(1200 * ms), 3 * s);
  CAF_CHECK_EQUAL(f.at(1300 * ms), 1300 * ms);
}

CAF_TEST(frames that come excuse nothing) {
  fixture f;
  f.viewer.is_known = true;
  f.viewer.longest_ns = 50 * s;
  CAF_CHECK_EQUAL(f.at(10 * ms), 10 * ms);
}

CAF_TEST(what the server says counts from the start) {
  fixture f;
  f.server.rate_mhz = 500;
  CAF_CHECK_EQUAL(f.at(20 * s), 2 * s);
  f.server.rate_mhz = 30'000;
  CAF_CHECK_EQUAL(f.at(20 * s), 1000 * s / 30'000);
  f.viewer.is_known = true;
  f.viewer.longest_ns = 4 * s;
  CAF_CHECK_EQUAL(f.at(20 * s), 4 * s);
  f.server.rate_mhz = 1;
  CAF_CHECK_EQUAL(f.at(100 * s), 60 * s);
}

CAF_TEST(nobody waits for a camera that is gone or in trouble) {
  fixture f;
  f.viewer.connected = false;
  CAF_CHECK_EQUAL(f.at(5 * s), 0);
  f.viewer.connected = true;
  f.server.camera_trouble = "unplugged";
  CAF_CHECK_EQUAL(f.at(5 * s), 0);
  f.server.camera_trouble.clear();
  f.viewer.newest_ns = 0;
  CAF_CHECK_EQUAL(f.at(5 * s), 0);
}

CAF_TEST(the rate is what the server says or else what was measured) {
  fixture f;
  f.viewer.rate_mhz = 9'900;
  CAF_CHECK_EQUAL(known_rate_mhz(f.server, f.viewer), 9'900u);
  f.server.rate_mhz = 10'000;
  CAF_CHECK_EQUAL(known_rate_mhz(f.server, f.viewer), 10'000u);
}
