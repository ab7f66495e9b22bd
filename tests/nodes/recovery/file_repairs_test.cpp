#define CAF_SUITE file_repairs

#include "tests/camnode_test.hpp"

#include "nodes/recovery/file_repairs.hpp"
#include "tests/actors/segment_fixture.hpp"

#include <string>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::segments;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t run = 7;

/// A camera's folder: what a crash left, and what there is besides.
struct fixture {
  /// A film of frames `first` to `last`.
  /// @param length_ms Of a complete one; 0: it is left open.
  void put(int64_t from_ms, uint64_t first, uint64_t last, int64_t length_ms,
           uint64_t epoch = run) {
    auto opened = open_mp4_segment(folder(), start_ms + from_ms, width, height,
                                   frame_period);
    CAF_REQUIRE(opened);
    for (auto i = first; i <= last; ++i) {
      auto x = make_frame(i);
      x.epoch = epoch;
      auto capture_ns = (start_ms + from_ms) * 1'000'000
                        + static_cast<int64_t>(i - first) * 40'000'000;
      CAF_REQUIRE(!(*opened)->append(x, capture_ns, 0));
    }
    CAF_REQUIRE(!(*opened)->sync());
    if (length_ms != 0)
      CAF_REQUIRE(!(*opened)->close(start_ms + from_ms + length_ms));
  }

  fs::path folder() const {
    return dir.path() / "cam/a";
  }

  /// How many frames the film that begins there has, once all is repaired; 0
  /// if there is none.
  uint64_t frames_at(int64_t from_ms) const {
    for (auto& x : fs::directory_iterator{folder()})
      if (x.path().extension() == ".mp4"
          && x.path().filename().string().rfind(
               std::to_string(start_ms + from_ms) + "-", 0)
               == 0)
        return layout_of(content_of(x.path())).fragments;
    return 0;
  }

  scratch_directory dir;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(file_repairs_tests, fixture)

CAF_TEST(what was written again is in the later film alone) {
  put(0, 1, 6, 0);
  put(160, 5, 9, 1'000);
  repair_files(dir.path());
  CAF_CHECK_EQUAL(frames_at(0), 4u);
  CAF_CHECK_EQUAL(frames_at(160), 5u);
}

CAF_TEST(a film of before UTC was set back costs no later frame) {
  put(10'000, 1, 5, 1'000); // Recorded first, though it is next by its name.
  put(0, 100, 105, 0);
  repair_files(dir.path());
  CAF_CHECK_EQUAL(frames_at(0), 6u);
  CAF_CHECK_EQUAL(frames_at(10'000), 5u);
}

CAF_TEST(numbers without a run cost no frame) {
  put(0, 1, 6, 0, 0);
  put(10'000, 3, 5, 1'000, 0);
  repair_files(dir.path());
  CAF_CHECK_EQUAL(frames_at(0), 6u);
}

CAF_TEST_FIXTURE_SCOPE_END()
