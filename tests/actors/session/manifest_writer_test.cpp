#define CAF_SUITE manifest_writer
#include "tests/camnode_test.hpp"

#include "actors/session/manifest_writer.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

/// A disk that takes manifests when the test lets it. Outlives the test, as
/// the thread does that it holds up.
struct slow_disk {
  caf::error write(const std::string& text) {
    std::unique_lock<std::mutex> guard{mutex};
    begun.push_back(text);
    changed.notify_all();
    changed.wait(guard, [this] { return open; });
    return full ? caf::make_error(ec::write_failed, std::string{"full"})
                : caf::none;
  }

  void wait_begun(size_t n) {
    std::unique_lock<std::mutex> guard{mutex};
    if (!changed.wait_for(guard, 60s, [&] { return begun.size() >= n; }))
      CAF_FAIL("nothing is written");
  }

  void set_open() {
    std::lock_guard<std::mutex> guard{mutex};
    open = true;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> begun;
  bool open = false;
  bool full = false;
};

struct fixture {
  fixture() : disk(std::make_shared<slow_disk>()) {
    testee = new_manifest_writer([disk = disk](const auto&, auto& text, bool) {
      return disk->write(text);
    });
  }

  ~fixture() {
    disk->set_open();
  }

  std::shared_ptr<slow_disk> disk;
  manifest_writer_ptr testee;
};

using texts = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(manifest_writer_tests, fixture)

CAF_TEST(a manifest is on disk once that is told) {
  scratch_directory scratch;
  auto path = scratch.path() / "sessions" / "1.json";
  auto real = new_manifest_writer();
  CAF_CHECK_EQUAL(real->write(path, "one", false), 1u);
  CAF_CHECK_EQUAL(real->write(path, "two", false), 2u);
  real->wait(path, 60s);
  CAF_CHECK_EQUAL(real->look(path).written, 2u);
  CAF_CHECK_EQUAL(real->look(path).error, "");
  CAF_CHECK_EQUAL(content_of(path), "two");
}

CAF_TEST(a folder that cannot be made is told) {
  scratch_directory scratch;
  scratch.put("sessions", "a file");
  auto path = scratch.path() / "sessions" / "1.json";
  auto real = new_manifest_writer();
  real->write(path, "one", false);
  real->wait(path, 60s);
  CAF_CHECK_EQUAL(real->look(path).written, 0u);
  CAF_CHECK_EQUAL(real->look(path).error.find("open failed"), 0u);
}

CAF_TEST(of the versions that wait for the disk the newest one is written) {
  testee->write("a", "1", false);
  disk->wait_begun(1);
  for (auto text : {"2", "3", "4"})
    testee->write("a", text, false);
  CAF_CHECK_EQUAL(testee->look("a").tried, 0u);
  disk->set_open();
  testee->wait("a", 60s);
  CAF_CHECK_EQUAL(testee->look("a").written, 4u);
  CAF_CHECK_EQUAL(disk->begun, (texts{"1", "4"}));
}

CAF_TEST(one manifest does not push another one out) {
  testee->write("a", "1", false);
  disk->wait_begun(1);
  testee->write("b", "2", false);
  testee->write("c", "3", false);
  disk->set_open();
  testee->wait("b", 60s);
  testee->wait("c", 60s);
  CAF_CHECK_EQUAL(testee->look("b").written, 1u);
  CAF_CHECK_EQUAL(testee->look("c").written, 1u);
}

CAF_TEST(a disk that does not answer holds up nobody else) {
  testee->write("a", "1", false);
  disk->wait_begun(1);
  testee->wait("a", 10ms);
  CAF_CHECK_EQUAL(testee->look("a").tried, 0u);
  testee = nullptr;
}

CAF_TEST(a disk that refuses is told and may be asked again) {
  disk->full = true;
  disk->set_open();
  testee->write("a", "1", false);
  testee->wait("a", 60s);
  CAF_CHECK_EQUAL(testee->look("a").tried, 1u);
  CAF_CHECK_EQUAL(testee->look("a").written, 0u);
  CAF_CHECK_EQUAL(testee->look("a").error, "write failed: full");
  {
    std::lock_guard<std::mutex> guard{disk->mutex};
    disk->full = false;
  }
  testee->write("a", "1", false);
  testee->wait("a", 60s);
  CAF_CHECK_EQUAL(testee->look("a").written, 2u);
  CAF_CHECK_EQUAL(testee->look("a").error, "");
  testee->forget("a");
  CAF_CHECK_EQUAL(testee->look("a").written, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
