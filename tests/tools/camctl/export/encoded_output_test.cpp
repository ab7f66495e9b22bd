#define CAF_SUITE encoded_output

#include "tests/camnode_test.hpp"

#include "actors/base/jpeg_codec.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"
#include "tools/camctl/export/encoded_output.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <sys/stat.h>
#include <sys/wait.h>

using namespace camnode;
using camnode_test::scratch_directory;

namespace fs = std::filesystem;

namespace {

constexpr int width = 96;
constexpr int height = 63; // Odd: yuv420p wants one row more.

/// A picture with a bright bar at a place that tells its number.
frame_bytes picture_of(uint64_t n, int wide = width, int high = height) {
  std::vector<uint8_t> luma(static_cast<size_t>(wide * high), 60);
  for (int y = 0; y < high; ++y)
    for (int x = 0; x < 8; ++x)
      luma[static_cast<size_t>(y * wide) + (n * 4 + size_t(x)) % size_t(wide)]
        = 200;
  std::vector<uint8_t> chroma(luma.size(), 128);
  yuv420_view view;
  view.width = wide;
  view.height = high;
  view.planes[0] = luma.data();
  view.planes[1] = view.planes[2] = chroma.data();
  view.strides[0] = wide;
  view.strides[1] = view.strides[2] = (wide + 1) / 2;
  return jpeg_encoder{}.encode(view, 90);
}

bool goes_on(uint64_t) {
  return true;
}

struct fixture {
  fixture() {
    format.width = width;
    format.height = height;
    format.start_ms = 1'800'000'000'000;
    path = scratch.path() / "cam-a.mp4";
  }

  ~fixture() {
    setenv("PATH", usual_path.c_str(), 1);
    siginfo_t info{};
    CAF_CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0);
  }

  /// Has `ffmpeg` be this script.
  void replace_ffmpeg(const std::string& script) {
    fs::create_directories(scratch.path() / "bin");
    auto program = scratch.put("bin/ffmpeg", "#!/bin/bash\n" + script + "\n");
    chmod(program.c_str(), 0755);
    setenv("PATH", (program.parent_path().string() + ":" + usual_path).c_str(),
           1);
  }

  /// Has `ffmpeg` put this filter before its encoder, but not into the proof.
  void change_film(const std::string& filter) {
    replace_ffmpeg("exec /usr/bin/ffmpeg \"${@/'split[film][own];'/"
                   "split[f][own];[f]"
                   + filter + "[film];}\"");
  }

  /// Makes a film of so many frames.
  caf::error make_film(uint64_t frames) {
    auto film = make_encoded_output(path, format, how);
    if (!film)
      return film.error();
    for (uint64_t n = 0; n < frames; ++n) {
      auto jpeg = picture_of(n);
      if (auto error = (*film)->add({jpeg.data(), jpeg.size(), 0}))
        return error;
    }
    return (*film)->close(goes_on);
  }

  /// What a fault says, after the name of the film.
  std::string fault_of(uint64_t frames) {
    auto error = make_film(frames);
    CAF_REQUIRE(error);
    CAF_CHECK(!fs::exists(path.string() + ".proof"));
    return reason_of(error);
  }

  /// What ffprobe says of a film.
  std::string probe(const std::string& what, const fs::path& film) {
    auto out = scratch.path() / "probe";
    auto command = "ffprobe -v error -count_frames -select_streams v "
                   "-show_entries "
                   + what + " -of csv=p=0 '" + film.string() + "' >'"
                   + out.string() + "'";
    CAF_REQUIRE_EQUAL(std::system(command.c_str()), 0);
    std::ifstream file{out};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  std::string usual_path = std::getenv("PATH");
  scratch_directory scratch;
  film_format format;
  encoding how;
  fs::path path;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(encoded_output_tests, fixture)

CAF_TEST(an encoded film has each frame once at a constant rate) {
  format.rate = {1'000'000, 47'619};
  CAF_REQUIRE_EQUAL(make_film(60), caf::none);
  CAF_CHECK_EQUAL(
    probe("stream=codec_name,width,height,pix_fmt,has_b_frames,nb_read_frames",
          path),
    "h264,96,64,0,yuv420p,60\n");
  std::string times;
  for (int n = 0; n < 60; ++n)
    times += std::to_string(n * 47'619) + "\n";
  CAF_CHECK_EQUAL(probe("packet=pts", path), times);
  CAF_CHECK(!fs::exists(path.string() + ".proof"));
}

CAF_TEST(a film is proved with the least quality too) {
  how.quality = encoding::least_quality;
  CAF_CHECK_EQUAL(make_film(60), caf::none);
}

CAF_TEST(an encoded film is for its user and group) {
  CAF_REQUIRE_EQUAL(make_film(1), caf::none);
  auto rights = static_cast<int>(fs::status(path).permissions());
  CAF_CHECK_EQUAL(rights & 0137, 0);
}

CAF_TEST(a film of one frame is a film) {
  CAF_CHECK_EQUAL(make_film(1), caf::none);
}

CAF_TEST(hevc is encoded too) {
  how.codec = film_codec::hevc;
  CAF_REQUIRE_EQUAL(make_film(60), caf::none);
  CAF_CHECK_EQUAL(probe("stream=codec_name,codec_tag_string,nb_read_frames",
                        path),
                  "hevc,hvc1,60\n");
}

CAF_TEST(frames that changed their places are found) {
  change_film("shuffleframes=0 2 1 3");
  CAF_CHECK_EQUAL(fault_of(20),
                  path.string() + ": frame 2 shows the picture of frame 1");
}

CAF_TEST(a frame that is there twice is found) {
  change_film("shuffleframes=0 1 1 3");
  CAF_CHECK_EQUAL(fault_of(20),
                  path.string() + ": frame 2 shows the picture of frame 1");
}

CAF_TEST(a frame that is not there is found) {
  change_film("select=n-19");
  CAF_CHECK_EQUAL(fault_of(20), path.string() + ": has 19 of 20 frames");
}

CAF_TEST(a film of something else is found) {
  change_film("negate");
  CAF_CHECK_EQUAL(fault_of(20),
                  path.string()
                    + ": frame 0 is not the picture that it was made of");
}

CAF_TEST(a picture that ffmpeg cannot read is found) {
  auto film = make_encoded_output(path, format, how);
  CAF_REQUIRE(film);
  for (uint64_t n = 0; n < 4; ++n) {
    auto jpeg = picture_of(n);
    if (n == 2)
      std::fill(jpeg.data() + 2, jpeg.data() + jpeg.size(), uint8_t{0});
    CAF_REQUIRE_EQUAL((*film)->add({jpeg.data(), jpeg.size(), 0}), caf::none);
  }
  CAF_CHECK_EQUAL(reason_of((*film)->close(goes_on)),
                  path.string()
                    + ": ffmpeg read 3 of 4 frames, so it knows no picture in "
                      "the others: leave these out with --from and --until, or "
                      "take --codec copy and no --grid");
}

CAF_TEST(a missing ffmpeg is told in one line) {
  setenv("PATH", scratch.path().c_str(), 1);
  CAF_CHECK_EQUAL(fault_of(3),
                  "there is no program ffmpeg, which --codec h264, --codec "
                  "hevc and --grid need: sudo apt install ffmpeg");
}

CAF_TEST(why ffmpeg failed is told in one line) {
  replace_ffmpeg("echo \"Unknown encoder 'libx264'\" >&2; echo more >&2;"
                 "exit 1");
  CAF_CHECK_EQUAL(fault_of(3), "ffmpeg failed: Unknown encoder 'libx264'; "
                               "Debian's ffmpeg has it");
  replace_ffmpeg("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1");
  CAF_CHECK_EQUAL(fault_of(3), "ffmpeg failed: " + std::string(300, 'x'));
  replace_ffmpeg("kill -KILL $$");
  CAF_CHECK_EQUAL(fault_of(3), "ffmpeg was killed by SIGKILL");
  replace_ffmpeg("exit 0");
  CAF_CHECK(make_film(3));
}

CAF_TEST(whoever waits for a film may give up) {
  auto film = make_encoded_output(path, format, how);
  CAF_REQUIRE(film);
  auto jpeg = picture_of(0);
  CAF_REQUIRE_EQUAL((*film)->add({jpeg.data(), jpeg.size(), 0}), caf::none);
  CAF_CHECK_EQUAL((*film)->close([](uint64_t) { return false; }),
                  ec::unavailable);
}

CAF_TEST(an ffmpeg that does not end is given up) {
  replace_ffmpeg("exec sleep 1000");
  auto film = make_encoded_output(path, format, how);
  CAF_REQUIRE(film);
  int asked = 0;
  CAF_CHECK_EQUAL((*film)->close([&](uint64_t) { return ++asked < 3; }),
                  ec::unavailable);
}

CAF_TEST(an ffmpeg that takes no pictures is given up) {
  replace_ffmpeg("exec sleep 1000");
  how.goes_on = [] { return false; };
  auto film = make_encoded_output(path, format, how);
  CAF_REQUIRE(film);
  auto jpeg = picture_of(0);
  caf::error error;
  for (int n = 0; n < 10'000 && !error; ++n) // More than a socket holds.
    error = (*film)->add({jpeg.data(), jpeg.size(), 0});
  CAF_CHECK_EQUAL(error, ec::unavailable);
}

CAF_TEST(a grid shows films of several sizes side by side) {
  std::vector<grid_cell> cells;
  for (auto size : {std::pair{96, 63}, {64, 80}, {96, 63}}) {
    auto name = "cam-" + std::to_string(cells.size()) + ".mp4";
    path = scratch.path() / name;
    format.width = static_cast<uint16_t>(size.first);
    format.height = static_cast<uint16_t>(size.second);
    auto film = make_encoded_output(path, format, how);
    CAF_REQUIRE(film);
    for (uint64_t n = 0; n < 30; ++n) {
      auto jpeg = picture_of(n, size.first, size.second);
      CAF_REQUIRE_EQUAL((*film)->add({jpeg.data(), jpeg.size(), 0}), caf::none);
    }
    CAF_REQUIRE_EQUAL((*film)->close(goes_on), caf::none);
    cells.push_back({path, format.width, format.height});
  }
  auto grid = scratch.path() / "grid.mp4";
  CAF_REQUIRE_EQUAL(make_grid(grid, cells, format, 30, how, goes_on),
                    caf::none);
  CAF_CHECK_EQUAL(probe("stream=width,height,nb_read_frames", grid),
                  "192,160,30\n");
  CAF_CHECK(!fs::exists(grid.string() + ".proof"));
  auto other = scratch.path() / "other.mp4";
  CAF_CHECK_EQUAL(make_grid(other, {cells[0]}, format, 31, how, goes_on),
                  ec::bad_message);
}

CAF_TEST_FIXTURE_SCOPE_END()
