#define CAF_SUITE legacy_client

#include "tests/camnode_test.hpp"

#include "nodes/recovery/legacy_client.hpp"
#include "tests/scratch_directory.hpp"

#include <chrono>

using namespace camnode;
using namespace camnode_test;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

struct fixture {
  fixture() {
    for (auto folder : {"cam/10.0.0.5", "sensors/room/window"})
      fs::create_directories(dir.path() / folder);
  }

  std::string find() const {
    return find_legacy_film(dir.path(), now - 60s);
  }

  void put(const std::string& name, fs::file_time_type::duration age) const {
    fs::last_write_time(dir.put(name, "x"), now - age);
  }

  scratch_directory dir;
  fs::file_time_type now = fs::file_time_type::clock::now();
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(legacy_client_tests, fixture)

CAF_TEST(a legacy film is known by its name) {
  CAF_CHECK(is_legacy_film("20261130_101502.123.mp4"));
  CAF_CHECK(is_legacy_film("20261130_101502.mp4"));
  for (auto name : {"20261130_101502.12.mp4", "1796019835511-1796019895511.mp4",
                    "1796019835511.mp4.part", "holiday.mp4", "20261130.mp4"})
    CAF_CHECK(!is_legacy_film(name));
}

CAF_TEST(what a legacy client writes is found while it does) {
  CAF_CHECK_EQUAL(find(), "");
  put("cam/10.0.0.5/1796019835511-1796019895511.mp4", 1s);
  put("cam/10.0.0.5/20261130_101402.123.mp4", 61s); // Left by a crash.
  CAF_CHECK_EQUAL(find(), "");
  put("cam/10.0.0.5/20261130_101502.123.mp4", 2s);
  CAF_CHECK_EQUAL(find(), "cam/10.0.0.5/20261130_101502.123.mp4");
}

CAF_TEST(so are its readings) {
  put("sensors/room/window/temp_recording.csv", 2s);
  CAF_CHECK_EQUAL(find(), "sensors/room/window/temp_recording.csv");
}

CAF_TEST_FIXTURE_SCOPE_END()
