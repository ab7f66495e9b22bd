#define CAF_SUITE file_repairs

#include "tests/camnode_test.hpp"

#include "nodes/recovery/file_repairs.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t run = 7;

/// A camera's folder: what a crash left, and what there is besides.
struct fixture {
  fixture() {
    manifest session;
    session.state = "recording";
    session.session.start_ms = start_ms - 10'000;
    session.session.segment_ms = 60'000;
    owners.add(session);
  }

  void repair() const {
    repair_files(dir.path(), file_judge{dir.path(), owners});
  }

  /// A film of frames `first` to `last`.
  /// @param length_ms Of a complete one; 0: it is left open.
  void put(int64_t from_ms, uint64_t first, uint64_t last, int64_t length_ms,
           uint64_t epoch = run, int64_t period_ms = 40) {
    auto opened = open_mp4_piece(folder(), start_ms + from_ms, width, height,
                                 frame_period);
    CAF_REQUIRE(opened);
    for (auto i = first; i <= last; ++i) {
      auto x = make_frame(i);
      x.epoch = epoch;
      auto capture_ns = (start_ms + from_ms) * 1'000'000
                        + static_cast<int64_t>(i - first) * period_ms
                            * 1'000'000;
      CAF_REQUIRE(!(*opened)->append(x, capture_ns, 0, 0));
    }
    CAF_REQUIRE(!(*opened)->sync());
    if (length_ms != 0)
      CAF_REQUIRE(!(*opened)->close(start_ms + from_ms + length_ms));
  }

  fs::path folder() const {
    return dir.path() / "cam/a";
  }

  fs::path open_file(int64_t from_ms, const std::string& extension) const {
    return folder()
           / (std::to_string(start_ms + from_ms) + "." + extension + ".part");
  }

  std::set<std::string> names() const {
    std::set<std::string> result;
    for (auto& x : fs::directory_iterator{folder()})
      result.insert(x.path().filename().string());
    return result;
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

  file_owners owners;
  scratch_directory dir;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(file_repairs_tests, fixture)

CAF_TEST(what was written again is in the later film alone) {
  put(0, 1, 6, 0);
  put(160, 5, 9, 1'000);
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 4u);
  CAF_CHECK_EQUAL(frames_at(160), 5u);
}

CAF_TEST(what the next film has not to its end is kept in both) {
  put(0, 10, 29, 0);
  put(400, 20, 21, 0);
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 20u);
  CAF_CHECK_EQUAL(frames_at(400), 2u);
}

CAF_TEST(a row whose frame is not there costs no frame of another film) {
  put(0, 10, 29, 0);
  put(400, 20, 20, 0);
  auto torn = open_file(400, "mp4");
  auto init = layout_of(content_of(torn)).init_bytes;
  fs::resize_file(torn, init + 50); // The row is there, the frame is not.
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 20u);
  CAF_CHECK_EQUAL(names().size(), 2u);
}

CAF_TEST(a picture that is damaged in the next film costs no other one) {
  put(0, 1, 6, 0);
  put(160, 5, 9, 1'000);
  for (auto& x : fs::directory_iterator{folder()})
    if (x.path().extension() == ".mp4") {
      auto bytes = content_of(x.path());
      auto jpeg = jpeg_of(make_frame(6));
      bytes[bytes.find(jpeg) + jpeg.size() / 2] ^= 1;
      dir.put("cam/a/" + x.path().filename().string(), bytes);
    }
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 6u);
}

CAF_TEST(what was written again in two films is in these alone) {
  put(0, 1, 9, 0);
  put(160, 5, 7, 0);
  put(280, 8, 12, 0);
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 4u);
  CAF_CHECK_EQUAL(frames_at(160), 3u);
  CAF_CHECK_EQUAL(frames_at(280), 5u);
}

CAF_TEST(a film that is in the next one to its last frame is removed) {
  put(0, 5, 6, 0);
  put(1, 5, 9, 1'000);
  repair();
  CAF_CHECK_EQUAL(frames_at(1), 5u);
  CAF_CHECK_EQUAL(names().size(), 2u);
}

CAF_TEST(another picture under the same number costs no frame) {
  put(0, 1, 6, 0);
  auto opened = open_mp4_piece(folder(), start_ms + 160, width, height,
                               frame_period);
  CAF_REQUIRE(opened);
  for (uint64_t i = 5; i <= 6; ++i) {
    auto x = make_frame(i + 100);
    x.sequence = i;
    x.epoch = run;
    auto capture_ns = start_ns + static_cast<int64_t>(i - 1) * 40'000'000;
    CAF_REQUIRE(!(*opened)->append(x, capture_ns, 0, 0));
  }
  CAF_REQUIRE(!(*opened)->close(start_ms + 1'000));
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 6u);
}

CAF_TEST(numbers without a run are the same at the same time alone) {
  put(0, 1, 6, 0, 0);
  put(160, 5, 9, 1'000, 0);
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 4u);
}

CAF_TEST(an index of any size holds nothing else up) {
  constexpr auto size = uintmax_t{1} << 40;
  put(0, 1, 6, 0);
  put(10'000, 7, 9, 0);
  fs::resize_file(open_file(10'000, "csv"), size);
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 6u);
  CAF_CHECK_EQUAL(fs::file_size(open_file(10'000, "csv")), size);
  CAF_CHECK(fs::exists(open_file(10'000, "mp4")));
}

CAF_TEST(a film of before UTC was set back costs no later frame) {
  put(10'000, 1, 5, 1'000); // Recorded first, though it is next by its name.
  put(0, 100, 105, 0);
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 6u);
  CAF_CHECK_EQUAL(frames_at(10'000), 5u);
}

CAF_TEST(numbers without a run cost no frame) {
  put(0, 1, 6, 0, 0);
  put(10'000, 3, 5, 1'000, 0);
  repair();
  CAF_CHECK_EQUAL(frames_at(0), 6u);
}

// -- whatever was left --------------------------------------------------------

namespace {

/// What crashes and power cuts may have left of a camera, at random.
class random_folder {
public:
  explicit random_folder(uint32_t seed) : seed_(seed) {
    auto count = 1 + random(4);
    uint64_t first = 1;
    for (uint64_t i = 0; i < count; ++i)
      first = add(first);
  }

  /// The pictures that are whole: in what is complete all that are, else those
  /// in front of the first one that is not.
  std::set<std::string> pictures() const {
    std::set<std::string> result;
    for (auto& x : fs::directory_iterator{files_.folder()}) {
      auto name = x.path().filename().string();
      auto index = x.path();
      auto complete = x.path().extension() == ".mp4"
                      && fs::exists(index.replace_extension(".csv"));
      if (complete || x.path().extension() == ".mp4"
          || name.find(".mp4.part") != name.npos)
        add_pictures(content_of(x.path()), complete, result);
    }
    return result;
  }

  void repair() const {
    files_.repair();
  }

  std::set<std::string> names() const {
    return files_.names();
  }

private:
  size_t random(size_t n) {
    seed_ = seed_ * 1664525 + 1013904223;
    return (seed_ >> 8) % n;
  }

  /// @returns The first frame of the next film: of this one's, or after it.
  uint64_t add(uint64_t first) {
    auto last = first + random(9);
    auto from_ms = static_cast<int64_t>(first) * period_ms_ - offset_ms_++;
    auto length_ms = static_cast<int64_t>(last - first + 1) * period_ms_ + 99;
    auto complete = random(3) == 0;
    files_.put(from_ms, first, last, complete ? length_ms : 0,
               random(8) == 0 ? 0 : run, period_ms_);
    for (auto& x : fs::directory_iterator{files_.folder()}) {
      auto name = x.path().filename().string();
      auto ours = name.rfind(std::to_string(start_ms + from_ms), 0) == 0;
      if (ours && random(complete ? 4 : 2) == 0)
        damage(name);
    }
    return random(4) == 0 ? last + 1 : first + random(last - first + 2);
  }

  void damage(const std::string& name) {
    auto x = content_of(files_.folder() / name);
    auto at = random(x.size());
    auto size = std::min(x.size() - at, random(5000) + 1);
    switch (random(4)) {
      case 0:
        fs::remove(files_.folder() / name);
        return;
      case 1:
        x.resize(at);
        break;
      case 2:
        std::fill_n(x.begin() + static_cast<long>(at), size, '\0');
        break;
      default:
        std::fill(x.begin() + static_cast<long>(at), x.end(), '\0');
    }
    files_.dir.put("cam/a/" + name, x);
  }

  static void add_pictures(const std::string& film, bool all,
                           std::set<std::string>& result) {
    static const auto known = [] {
      std::set<std::string> known;
      for (uint64_t i = 1; i < 60; ++i)
        known.insert(jpeg_of(make_frame(i)));
      return known;
    }();
    auto whole = true;
    mp4_scan(reinterpret_cast<const uint8_t*>(film.data()), film.size(),
             [&](const auto& x) {
               auto jpeg = film.substr(x.payload_offset,
                                       x.header.payload_bytes);
               whole = (whole || all) && known.count(jpeg) > 0;
               if (whole)
                 result.insert(jpeg);
             });
  }

  uint32_t seed_;
  int64_t period_ms_ = random(2) == 0 ? 40 : 1'500; // Synced long ago, or not.
  int64_t offset_ms_ = 0;
  fixture files_;
};

} // namespace

CAF_TEST(whatever was left a repair costs no picture that was whole) {
  size_t whole = 0;
  for (uint32_t seed = 1; seed <= 400; ++seed) {
    random_folder folder{seed * 2'654'435'761u};
    auto before = folder.pictures();
    folder.repair();
    auto after = folder.pictures();
    for (auto& x : before)
      if (after.count(x) == 0)
        CAF_FAIL("a picture is lost with seed " << seed);
    whole += before.size();
    auto names = folder.names();
    folder.repair(); // There is nothing left to do.
    CAF_CHECK(folder.names() == names);
    CAF_CHECK(folder.pictures() == after);
  }
  CAF_CHECK(whole > 2'000);
}

CAF_TEST_FIXTURE_SCOPE_END()
