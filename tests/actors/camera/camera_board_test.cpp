#define CAF_SUITE camera_board
#include "tests/camnode_test.hpp"

#include "actors/camera/camera_board.hpp"

#include <thread>

using namespace camnode;

namespace {

frame_gap gap_of_next(camera_board& board, uint64_t expected_sequence) {
  frame_gap gap;
  CAF_CHECK_EQUAL(board.take(1, 1, gap), expected_sequence);
  return gap;
}

} // namespace

CAF_TEST(frames are numbered from one without gaps) {
  camera_board board{7};
  CAF_CHECK_EQUAL(board.epoch(), 7u);
  CAF_CHECK_EQUAL(board.captured(), 0u);
  CAF_CHECK_EQUAL(board.newest_ns(), 0);
  for (uint64_t i = 1; i <= 3; ++i)
    CAF_CHECK(gap_of_next(board, i).place == loss_place::none);
  CAF_CHECK_EQUAL(board.captured(), 3u);
}

CAF_TEST(the board knows time and bytes of what it took) {
  camera_board board{1};
  frame_gap gap;
  board.take(1000, 20, gap);
  board.take(2000, 30, gap);
  CAF_CHECK_EQUAL(board.newest_ns(), 2000);
  CAF_CHECK_EQUAL(board.bytes(), 50u);
}

CAF_TEST(a loss takes its numbers and is told with the next frame alone) {
  camera_board board{1};
  gap_of_next(board, 1);
  board.lose(loss_place::encoder, 3);
  auto gap = gap_of_next(board, 5);
  CAF_CHECK_EQUAL(gap.first, 2u);
  CAF_CHECK_EQUAL(gap.last, 4u);
  CAF_CHECK(gap.place == loss_place::encoder);
  CAF_CHECK(gap_of_next(board, 6).place == loss_place::none);
}

CAF_TEST(losses in a row are one gap and counted by their places) {
  camera_board board{1};
  gap_of_next(board, 1);
  board.lose(loss_place::encoder, 2);
  board.lose(loss_place::source, 1);
  auto gap = gap_of_next(board, 5);
  CAF_CHECK_EQUAL(gap.first, 2u);
  CAF_CHECK_EQUAL(gap.last, 4u);
  CAF_CHECK(gap.place == loss_place::encoder); // It lost most of them.
  CAF_CHECK_EQUAL(board.lost(loss_place::encoder), 2u);
  CAF_CHECK_EQUAL(board.lost(loss_place::source), 1u);
  CAF_CHECK_EQUAL(board.lost(loss_place::network), 0u);
  board.lose(loss_place::source, 1);
  CAF_CHECK(gap_of_next(board, 7).place == loss_place::source);
}

CAF_TEST(losing no frame changes nothing) {
  camera_board board{1};
  board.lose(loss_place::source, 0);
  CAF_CHECK_EQUAL(board.captured(), 0u);
  CAF_CHECK(gap_of_next(board, 1).place == loss_place::none);
}

CAF_TEST(a loss before the first frame begins with number one) {
  camera_board board{1};
  board.lose(loss_place::source, 2);
  auto gap = gap_of_next(board, 3);
  CAF_CHECK_EQUAL(gap.first, 1u);
  CAF_CHECK_EQUAL(gap.last, 2u);
}

CAF_TEST(time without a camera is a loss of the source) {
  constexpr int64_t ms = 1'000'000;
  camera_board board{1, 100 * ms};
  frame_gap gap;
  board.begin_life();
  CAF_CHECK_EQUAL(board.take(1000 * ms, 1, gap), 1u);
  CAF_CHECK(gap.place == loss_place::none);
  // Two of the ten are known already.
  board.lose(loss_place::encoder, 2);
  board.begin_life();
  CAF_CHECK_EQUAL(board.take(2000 * ms, 1, gap), 11u);
  CAF_CHECK_EQUAL(gap.first, 2u);
  CAF_CHECK_EQUAL(gap.last, 10u);
  CAF_CHECK_EQUAL(board.lost(loss_place::encoder), 2u);
  CAF_CHECK_EQUAL(board.lost(loss_place::source), 7u);
  board.take(3000 * ms, 1, gap);
  CAF_CHECK(gap.place == loss_place::none);
}

CAF_TEST(the books balance with two threads at work) {
  constexpr uint64_t rounds = 5'000;
  camera_board board{1};
  std::thread loser{[&] {
    for (uint64_t i = 0; i < rounds; ++i)
      board.lose(loss_place::encoder, 2);
  }};
  uint64_t told = 0;
  uint64_t before = 0;
  bool exact = true;
  for (uint64_t i = 0; i < rounds; ++i) {
    frame_gap gap;
    auto sequence = board.take(1, 1, gap);
    auto missing = gap.place == loss_place::none ? 0 : gap.last - gap.first + 1;
    exact = exact && sequence == before + missing + 1;
    before = sequence;
    told += missing;
  }
  loser.join();
  frame_gap gap;
  if (board.take(1, 1, gap) > before + 1)
    told += gap.last - gap.first + 1;
  CAF_CHECK(exact);
  CAF_CHECK_EQUAL(told, 2 * rounds);
  CAF_CHECK_EQUAL(board.captured(), 3 * rounds + 1);
  CAF_CHECK_EQUAL(board.lost(loss_place::encoder), 2 * rounds);
}

CAF_TEST(what is delivered is what went to the ring) {
  camera_board board{1};
  gap_of_next(board, 1);
  board.lose(loss_place::encoder, 5);
  gap_of_next(board, 7);
  CAF_CHECK_EQUAL(board.delivered(), 2u);
  CAF_CHECK_EQUAL(board.captured(), 7u);
}

CAF_TEST(what is wrong with a camera is said until it is well again) {
  camera_board board{1};
  board.begin_life();
  CAF_CHECK_EQUAL(board.state(), "starting");
  CAF_CHECK_EQUAL(board.trouble(), "");
  board.set_trouble("no /dev/x");
  CAF_CHECK_EQUAL(board.state(), "no /dev/x");
  board.begin_life();
  CAF_CHECK_EQUAL(board.state(), "starting again; before: no /dev/x");
  CAF_CHECK_EQUAL(board.trouble(), "no /dev/x");
  board.set_well();
  CAF_CHECK_EQUAL(board.state(), "delivering");
  CAF_CHECK_EQUAL(board.trouble(), "");
}
