#define CAF_SUITE when
#include "tests/camnode_test.hpp"

#include "messages/when.hpp"

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <string>

using namespace camnode;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1'000 * ms;

// 2026-11-30 13:03:07.250 UTC.
constexpr int64_t noon = 1'796'043'787'250 * ms;

/// A machine in a time zone, for one test.
struct zone {
  explicit zone(const char* name) {
    auto before = std::getenv("TZ");
    had_one = before != nullptr;
    if (had_one)
      old = before;
    setenv("TZ", name, 1);
    tzset();
  }

  ~zone() {
    if (had_one)
      setenv("TZ", old.c_str(), 1);
    else
      unsetenv("TZ");
    tzset();
  }

  bool had_one;
  std::string old;
};

} // namespace

CAF_TEST(an instant is a time of day on this machine) {
  zone here{"CET-1"};
  CAF_CHECK_EQUAL(time_text(noon, noon), "14:03:07.250");
  CAF_CHECK_EQUAL(time_text(noon + ms - 1, noon), "14:03:07.250");
  CAF_CHECK_EQUAL(date_text(noon / ms), "2026-11-30 14:03:07 +0100");
}

CAF_TEST(another day has its date in front) {
  zone here{"CET-1"};
  CAF_CHECK_EQUAL(time_text(noon, noon + 24 * 3'600 * s),
                  "2026-11-30 14:03:07.250");
  CAF_CHECK_EQUAL(time_text(noon, noon + 365 * 24 * 3'600 * s),
                  "2026-11-30 14:03:07.250");
  // Midnight is that of the machine.
  CAF_CHECK_EQUAL(time_text(noon, noon + 10 * 3'600 * s),
                  "2026-11-30 14:03:07.250");
  CAF_CHECK_EQUAL(time_text(noon, noon + 9 * 3'600 * s), "14:03:07.250");
  // Without a day to go by, today's is meant, which is no day of 1970.
  CAF_CHECK_EQUAL(time_text(0), "1970-01-01 01:00:00.000");
}

CAF_TEST(what files have is the same on every machine) {
  for (auto name : {"CET-1", "UTC", "PST8"}) {
    zone here{name};
    CAF_CHECK_EQUAL(utc_text(noon), "2026-11-30T13:03:07.250Z");
  }
  CAF_CHECK_EQUAL(utc_text(0), "1970-01-01T00:00:00.000Z");
  CAF_CHECK_EQUAL(utc_text(-1), "1969-12-31T23:59:59.999Z");
}

CAF_TEST(any number is an instant) {
  using limits = std::numeric_limits<int64_t>;
  for (auto x : {limits::min(), limits::min() + 1, limits::max(), int64_t{0}}) {
    CAF_CHECK(!time_text(x, noon).empty());
    CAF_CHECK(!utc_text(x).empty());
    CAF_CHECK(!duration_text(x).empty());
    date_text(x); // Years beyond what a date has come out empty.
  }
}

CAF_TEST(a duration has at most two units) {
  CAF_CHECK_EQUAL(duration_text(0), "0 us");
  CAF_CHECK_EQUAL(duration_text(999'999), "999 us");
  CAF_CHECK_EQUAL(duration_text(1'500'000), "1.5 ms");
  CAF_CHECK_EQUAL(duration_text(340 * ms), "340 ms");
  CAF_CHECK_EQUAL(duration_text(5'200 * ms), "5.2 s");
  CAF_CHECK_EQUAL(duration_text(60 * s - 1), "59.9 s");
  CAF_CHECK_EQUAL(duration_text(60 * s), "1 min");
  CAF_CHECK_EQUAL(duration_text(725 * s), "12 min 5 s");
  CAF_CHECK_EQUAL(duration_text(3 * 3'600 * s + 12 * 60 * s + 59 * s),
                  "3 h 12 min");
  CAF_CHECK_EQUAL(duration_text(49 * 3'600 * s), "2 d 1 h");
  CAF_CHECK_EQUAL(duration_text(-3'200 * ms), "-3.2 s");
}

CAF_TEST(a size has the unit that suits it) {
  CAF_CHECK_EQUAL(bytes_text(0), "0 bytes");
  CAF_CHECK_EQUAL(bytes_text(1), "1 byte");
  CAF_CHECK_EQUAL(bytes_text(999), "999 bytes");
  CAF_CHECK_EQUAL(bytes_text(1'000), "1.0 kB");
  CAF_CHECK_EQUAL(bytes_text(999'949), "999.9 kB");
  CAF_CHECK_EQUAL(bytes_text(999'950), "1.0 MB");
  CAF_CHECK_EQUAL(bytes_text(12'345'678), "12.3 MB");
  CAF_CHECK_EQUAL(bytes_text(std::numeric_limits<uint64_t>::max()), "18.4 EB");
}

CAF_TEST(a run has a short name) {
  CAF_CHECK_EQUAL(run_text(8'786'007'225'977'957), "b2cc65");
  CAF_CHECK_EQUAL(run_text(1), "000001");
  CAF_CHECK_EQUAL(run_text(std::numeric_limits<uint64_t>::max()), "ffffff");
}
