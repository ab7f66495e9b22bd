#define CAF_SUITE mp4_piece

#include "tests/camnode_test.hpp"

#include "actors/base/checksum.hpp"
#include "messages/disk/frame_index.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;

namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> result;
  for (std::string line; std::getline(in, line);)
    result.push_back(line);
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(mp4_piece_tests, piece_fixture)

CAF_TEST(each frame is at its microsecond and byte for byte in the file) {
  auto times = uneven_times(60);
  auto testee = must_open();
  auto frames = append(*testee, times);
  CAF_CHECK(!testee->close(start_ms + 60'000));
  auto path = finished(start_ms + 60'000, ".mp4");
  auto content = content_of(path);
  CAF_CHECK_EQUAL(probe(path, packets),
                  expected_packets(content, frames, times));
  CAF_CHECK_EQUAL(layout_of(content).fragments, 60u);
  CAF_CHECK(is_ordinary(content));
  CAF_CHECK_EQUAL(probe(path, "stream=codec_name,width,height,pix_fmt,"
                              "time_base,nb_frames"),
                  "mjpeg,64,48,yuvj420p,1/1000000,60\n");
  CAF_CHECK_EQUAL(probe(path, "format_tags=creation_time"),
                  "2027-01-17T08:00:00.000000Z\n");
}

CAF_TEST(every frame of a finished piece can be decoded and sought) {
  auto times = uneven_times(40);
  auto testee = must_open();
  append(*testee, times);
  CAF_CHECK(!testee->close(start_ms + 60'000));
  auto path = finished(start_ms + 60'000, ".mp4").string();
  auto decoded = output_of("ffmpeg -v error -i " + path
                           + " -fps_mode passthrough -enc_time_base 1:1000000"
                             " -f framecrc - | grep -vc '^#'");
  CAF_CHECK_EQUAL(decoded, "40\n");
  auto pts = times[30] / 1000 - start_ns / 1000;
  auto seconds = std::to_string(static_cast<double>(pts) / 1e6);
  auto sought = output_of("ffprobe -v error -of csv=p=0 -show_entries "
                          "packet=pts -read_intervals '"
                          + seconds + "%+#1' " + path);
  CAF_CHECK_EQUAL(sought, std::to_string(pts) + '\n');
}

CAF_TEST(the index has a row for each frame) {
  auto testee = must_open();
  auto x = make_frame(9);
  x.capture_mono_ns = 5'000;
  x.offset_ns = -1'000;
  x.receive_ns = 4'700;
  x.offset_error_ns = 250;
  x.epoch = 5;
  x.exposure_us = 8'000;
  CAF_CHECK(!testee->append(x, start_ns + 100, 0, 0));
  x.sequence = 12;
  x.exposure_us = -1;
  CAF_CHECK(!testee->append(x, start_ns + 2'100, 2, 0));
  CAF_CHECK(!testee->append(x, start_ns + 9'100, 2, 6'000));
  CAF_CHECK(!testee->append(x, start_ns + 12'100, frame::arrival_time, 0));
  CAF_CHECK(!testee->close(start_ms + 1));
  auto lines = lines_of(content_of(finished(start_ms + 1, ".csv")));
  auto bytes = std::to_string(x.jpeg.size());
  CAF_REQUIRE_EQUAL(lines.size(), 5u);
  CAF_CHECK_EQUAL(lines[0] + '\n', index_header);
  char sum[17];
  snprintf(sum, sizeof(sum), "%016llx",
           static_cast<unsigned long long>(
             xxh3_of(x.jpeg.data(), x.jpeg.size())));
  CAF_CHECK_EQUAL(lines[1], "0,9,1800172800123000100,1800172800123000800,"
                            "-1000,250,8000,"
                              + bytes + ",0," + sum + ",5");
  CAF_CHECK_EQUAL(lines[2], "1,12,1800172800123002100,1800172800123002800,"
                            "-1000,250,,"
                              + bytes + ",2," + sum + ",5");
  // Moved by 6 us: it arrived when it did, and may be as much further off.
  CAF_CHECK_EQUAL(lines[3], "2,12,1800172800123009100,1800172800123003800,"
                            "5000,6250,,"
                              + bytes + ",2," + sum + ",5");
  // How late an arrival is, the bound of the clock does not tell.
  CAF_CHECK_EQUAL(lines[4], "3,12,1800172800123012100,1800172800123012800,"
                            "-1000,,,"
                              + bytes + ",8," + sum + ",5");
}

CAF_TEST(a duration is the last interval within bounds) {
  auto testee = must_open();
  append(*testee, {start_ns, start_ns + 50'000'000, start_ns + 50'001'000,
                   start_ns + 90'000'000'000});
  std::vector<uint32_t> durations;
  auto content = content_of(part());
  mp4_scan(reinterpret_cast<const uint8_t*>(content.data()), content.size(),
           [&](const auto& x) { durations.push_back(x.header.duration); });
  CAF_CHECK_EQUAL(durations,
                  (std::vector<uint32_t>{40'000, 50'000, 1'000, 10'000'000}));
}

CAF_TEST(a piece without frames leaves no file) {
  auto testee = must_open();
  CAF_CHECK(!testee->sync());
  CAF_CHECK(!testee->close(start_ms));
  CAF_CHECK(!fs::exists(finished(start_ms, ".mp4")));
  CAF_CHECK(!fs::exists(part()));
  CAF_CHECK(!fs::exists(file(".csv.part")));
  testee = must_open(); // The name is free again.
}

CAF_TEST(a process that is killed leaves all its frames to players) {
  auto times = uneven_times(25);
  std::vector<frame> frames;
  for (size_t i = 0; i < times.size(); ++i)
    frames.push_back(make_frame(i + 1));
  auto pid = fork();
  if (pid == 0) {
    auto testee = open();
    if (testee)
      for (size_t i = 0; i < times.size(); ++i)
        static_cast<void>((*testee)->append(frames[i], times[i], 0, 0));
    raise(SIGKILL);
  }
  waitpid(pid, nullptr, 0);
  auto content = content_of(part());
  CAF_CHECK_EQUAL(probe(part(), packets),
                  expected_packets(content, frames, times));
  CAF_CHECK_EQUAL(lines_of(content_of(file(".csv.part"))).size(), 26u);
}

CAF_TEST(a file cut anywhere in its end is whole up to the last frame) {
  auto times = uneven_times(8);
  auto testee = must_open();
  auto frames = append(*testee, times);
  auto content = content_of(part());
  auto one_back = content.size() - frames[7].jpeg.size()
                  - mp4_fragment_header_size;
  auto two_back = one_back - frames[6].jpeg.size() - mp4_fragment_header_size;
  for (auto size = two_back; size < content.size(); ++size) {
    auto layout = layout_of(content.substr(0, size));
    CAF_CHECK_EQUAL(layout.fragments, size < one_back ? 6u : 7u);
    CAF_CHECK_EQUAL(layout.end, size < one_back ? two_back : one_back);
  }
  for (auto size : {one_back, two_back}) {
    frames.pop_back();
    auto cut = put("cut.mp4", content.substr(0, size));
    CAF_CHECK_EQUAL(probe(cut, packets),
                    expected_packets(content, frames, times));
  }
}

CAF_TEST(players read a file that is cut within its last picture) {
  auto times = uneven_times(8);
  auto testee = must_open();
  auto frames = append(*testee, times);
  auto content = content_of(part());
  frames.pop_back();
  auto expected = expected_packets(content, frames, times);
  for (size_t missing : {1, 100, 500}) {
    auto cut = put("cut.mp4", content.substr(0, content.size() - missing));
    auto found = probe(cut, packets, false);
    CAF_CHECK_EQUAL(found.substr(0, expected.size()), expected);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
