#define CAF_SUITE camera_health
#include "tests/camnode_test.hpp"

#include "nodes/server/camera_health.hpp"

using namespace camnode;
using namespace std::chrono_literals;

namespace {

constexpr int64_t ms = 1'000'000;

} // namespace

CAF_TEST(a camera is given five frames and at least two seconds) {
  CAF_CHECK(patience_of(source_kind::pattern, 30).next_frame == 2s);
  CAF_CHECK(patience_of(source_kind::pattern, 30).first_frame == 10s);
  CAF_CHECK(patience_of(source_kind::pattern, 0.5).next_frame == 10s);
  CAF_CHECK(patience_of(source_kind::command, 0.1).first_frame == 50s);
  CAF_CHECK(patience_of(source_kind::libcamera, 0.5).first_frame == 11s);
}

CAF_TEST(a camera that may wait for a trigger is given what it has shown) {
  for (auto kind : {source_kind::command, source_kind::libcamera})
    CAF_CHECK(patience_of(kind, 30).next_frame == camera::as_shown);
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
  auto rate = [](source_kind kind, double fps) {
    return announced_rate_mhz(kind, fps, *board_of(kind, fps, 1));
  };
  CAF_CHECK_EQUAL(rate(source_kind::pattern, 30), 30'000u);
  CAF_CHECK_EQUAL(rate(source_kind::libcamera, 29.97), 29'970u);
  CAF_CHECK_EQUAL(rate(source_kind::command, 30), 0u);
  CAF_CHECK_EQUAL(rate(source_kind::file, 30), 0u);
  CAF_CHECK_EQUAL(rate(source_kind::command, 0.5), 500u);
}

CAF_TEST(the rate of a program is what it delivers once that is known) {
  auto board = board_of(source_kind::command, 25, 1);
  frame_gap gap;
  for (int i = 1; i < 200; ++i)
    board->take(i * 100 * ms, 1, gap);
  CAF_CHECK_EQUAL(announced_rate_mhz(source_kind::command, 25, *board),
                  10'000u);
  CAF_CHECK_EQUAL(announced_rate_mhz(source_kind::pattern, 25, *board),
                  25'000u);
}

CAF_TEST(a program is given what it has shown) {
  auto x = patience_of(source_kind::command, 30);
  CAF_CHECK(x.next_frame == camera::as_shown);
  CAF_CHECK(x.first_frame == 10s);
  auto board = board_of(source_kind::command, 30, 1);
  frame_gap gap;
  board->take(1000 * ms, 1, gap);
  CAF_CHECK_EQUAL(trouble_of(*board, x.next_frame, 11'000 * ms), "");
  CAF_CHECK_EQUAL(trouble_of(*board, x.next_frame, 11'001 * ms),
                  "no frame for 10001 ms; camera: starting");
  for (int i = 1; i < 400; ++i)
    board->take((1000 + i * 33) * ms, 1, gap);
  auto newest = board->newest_ns();
  CAF_CHECK_EQUAL(trouble_of(*board, x.next_frame, newest + 2000 * ms), "");
  CAF_CHECK(!trouble_of(*board, x.next_frame, newest + 2001 * ms).empty());
}

CAF_TEST(nothing is lost of a program by what was asked for) {
  for (auto kind : {source_kind::command, source_kind::pattern}) {
    auto board = board_of(kind, 30, 1);
    frame_gap gap;
    board->take(1000 * ms, 1, gap);
    board->begin_life();
    board->take(6000 * ms, 1, gap);
    CAF_CHECK_EQUAL(board->lost(loss_place::source),
                    kind == source_kind::command ? 0u : 149u);
  }
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
