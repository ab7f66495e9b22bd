#define CAF_SUITE camera_health
#include "tests/camnode_test.hpp"

#include "nodes/camera_health.hpp"

using namespace camnode;
using namespace std::chrono_literals;

namespace {

constexpr int64_t ms = 1'000'000;

} // namespace

CAF_TEST(a camera is given five frames and at least two seconds) {
  CAF_CHECK(patience_of(source_kind::command, 30).next_frame == 2s);
  CAF_CHECK(patience_of(source_kind::command, 30).first_frame == 10s);
  CAF_CHECK(patience_of(source_kind::command, 0.5).next_frame == 10s);
  CAF_CHECK(patience_of(source_kind::command, 0.1).first_frame == 50s);
  CAF_CHECK(patience_of(source_kind::libcamera, 30).next_frame == 3s);
}

CAF_TEST(a file may pause for as long as it likes) {
  auto x = patience_of(source_kind::file, 30);
  CAF_CHECK(x.next_frame == camera::no_limit);
  CAF_CHECK(x.first_frame == 10s);
  camera_board board{1};
  frame_gap gap;
  board.take(1000 * ms, 1, gap);
  CAF_CHECK_EQUAL(trouble_of(board, x.next_frame, 3'600'000 * ms), "");
}

CAF_TEST(the rate of a program or a file is told if it was given) {
  CAF_CHECK_EQUAL(announced_rate_mhz(source_kind::pattern, 30), 30'000u);
  CAF_CHECK_EQUAL(announced_rate_mhz(source_kind::libcamera, 29.97), 29'970u);
  CAF_CHECK_EQUAL(announced_rate_mhz(source_kind::command, 30), 0u);
  CAF_CHECK_EQUAL(announced_rate_mhz(source_kind::file, 30), 0u);
  CAF_CHECK_EQUAL(announced_rate_mhz(source_kind::command, 0.5), 500u);
}

CAF_TEST(a camera without a frame for too long is in trouble) {
  camera_board board{1};
  CAF_CHECK_EQUAL(trouble_of(board, 2s, 1000 * ms),
                  "no frame yet; camera: starting");
  frame_gap gap;
  board.take(1000 * ms, 1, gap);
  CAF_CHECK_EQUAL(trouble_of(board, 2s, 3000 * ms), "");
  CAF_CHECK_EQUAL(trouble_of(board, 2s, 3001 * ms),
                  "no frame for 2001 ms; camera: starting");
}
