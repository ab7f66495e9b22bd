#define CAF_SUITE frame_intake
#include "tests/camnode_test.hpp"

#include "messages/capture_bound.hpp"
#include "tests/actors/viewer/frame_intake_fixture.hpp"

#include <limits>

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(frame_intake_tests, frame_intake_fixture)

CAF_TEST(a frame keeps what its server said) {
  auto x = numbered(12);
  x.head.exposure_us = 4000;
  x.head.capture_utc_ns = 99;
  auto jpeg = plain_jpeg(320, 240);
  auto& got = take(std::move(x), 5 * s);
  CAF_CHECK_EQUAL(got.epoch, 7u);
  CAF_CHECK_EQUAL(got.sequence, 12u);
  CAF_CHECK_EQUAL(got.exposure_us, 4000);
  CAF_CHECK_EQUAL(got.capture_utc_ns, 99);
  CAF_CHECK_EQUAL(got.receive_ns, 5 * s);
  CAF_CHECK_EQUAL(got.width, 320u);
  CAF_CHECK_EQUAL(got.height, 240u);
  CAF_CHECK(bytes(got.jpeg.data(), got.jpeg.data() + got.jpeg.size()) == jpeg);
}

CAF_TEST(nothing is the last frame before the first) {
  CAF_CHECK(!intake.last());
  take(numbered(3));
  CAF_CHECK_EQUAL(last_number(), 3u);
}

CAF_TEST(the first frame has no gap before it) {
  check_gap(take(numbered(500)), 0, 0, loss_place::none);
}

CAF_TEST(frames in a row have no gaps) {
  for (uint64_t i = 1; i <= 5; ++i)
    check_gap(take(numbered(i)), 0, 0, loss_place::none);
}

CAF_TEST(a hole in the numbers is a loss on the network) {
  take(numbered(1));
  check_gap(take(numbered(5)), 2, 4, loss_place::network);
  check_gap(take(numbered(6)), 0, 0, loss_place::none);
}

CAF_TEST(a loss that the server names is where the server says) {
  take(numbered(1));
  auto x = numbered(5);
  x.head.lost = sequence_range{2, 4};
  x.head.lost_at = loss_place::server_ring;
  check_gap(take(std::move(x)), 2, 4, loss_place::server_ring);
  auto y = numbered(7);
  y.head.lost = sequence_range{6, 6};
  y.head.lost_at = loss_place::encoder;
  check_gap(take(std::move(y)), 6, 6, loss_place::encoder);
}

CAF_TEST(a loss that is not right before its frame is not believed) {
  take(numbered(1));
  auto x = numbered(2);
  x.head.lost = sequence_range{2, std::numeric_limits<uint64_t>::max()};
  check_gap(take(std::move(x)), 0, 0, loss_place::none);
  auto y = numbered(5);
  y.head.lost = sequence_range{100, 200};
  check_gap(take(std::move(y)), 3, 4, loss_place::network);
}

CAF_TEST(another run of the server begins its own numbers) {
  take(numbered(100, 7));
  check_gap(take(numbered(1, 8)), 0, 0, loss_place::none);
  CAF_CHECK_EQUAL(last_number(8), 1u);
  auto x = numbered(4, 9);
  x.head.lost = sequence_range{1, 3};
  check_gap(take(std::move(x)), 1, 3, loss_place::server_ring);
}

CAF_TEST(a frame that came before is dropped and counted) {
  take(numbered(1));
  take(numbered(2));
  intake.take(numbered(2), 2 * s);
  intake.take(numbered(1), 2 * s);
  CAF_CHECK_EQUAL(pushed(), 2u);
  CAF_CHECK_EQUAL(board->look().doubled, 2u);
  CAF_CHECK_EQUAL(board->look().frames, 2u);
  CAF_CHECK_EQUAL(last_number(), 2u);
  check_gap(take(numbered(3)), 0, 0, loss_place::none);
}

CAF_TEST(one number that no camera comes to costs that frame alone) {
  take(numbered(1), 1 * s);
  for (uint64_t bad :
       {uint64_t{1} << 53, uint64_t{1} << 40, uint64_t{99'999}}) {
    intake.take(numbered(bad), 1 * s + ms);
    CAF_CHECK_EQUAL(last_number(), 1u);
  }
  CAF_CHECK_EQUAL(board->look().misnumbered, 3u);
  CAF_CHECK_EQUAL(pushed(), 1u);
  check_gap(take(numbered(5), 1 * s + 2 * ms), 2, 4, loss_place::network);
}

CAF_TEST(numbers that go on where they jumped to are another count) {
  constexpr uint64_t far = uint64_t{1} << 52;
  take(numbered(1), 1 * s);
  intake.take(numbered(far), 1 * s + ms);
  auto& got = take(numbered(far + 2), 1 * s + 2 * ms);
  CAF_CHECK_EQUAL(got.sequence, far + 2);
  CAF_CHECK(got.gap.unknown);
  check_gap(got, far, far + 1, loss_place::network);
  check_gap(take(numbered(far + 3), 1 * s + 3 * ms), 0, 0, loss_place::none);
  CAF_CHECK(!newest->gap.unknown);
}

CAF_TEST(numbers that jump with each frame are none at all) {
  take(numbered(1), 1 * s);
  for (uint64_t i = 1; i <= 100; ++i)
    intake.take(numbered(i << 40), 1 * s + static_cast<int64_t>(i));
  CAF_CHECK_EQUAL(pushed(), 1u);
  CAF_CHECK_EQUAL(board->look().misnumbered, 100u);
  check_gap(take(numbered(2), 2 * s), 0, 0, loss_place::none);
}

CAF_TEST(what a camera can have captured meanwhile is a loss) {
  take(numbered(1), 1 * s);
  auto most = most_captured(3'600 * s);
  check_gap(take(numbered(2 + most), 3'601 * s), 2, 1 + most,
            loss_place::network);
  CAF_CHECK_EQUAL(board->look().misnumbered, 0u);
}

CAF_TEST(another run that cannot have come so far is believed when it goes on) {
  take(numbered(5, 7), 1 * s);
  intake.take(numbered(1'000'000, 8), 1 * s + ms);
  CAF_CHECK_EQUAL(last_number(7), 5u);
  auto& got = take(numbered(1'000'001, 8), 1 * s + 2 * ms);
  CAF_CHECK(got.gap.unknown);
  check_gap(got, 1'000'000, 1'000'000, loss_place::network);
}

CAF_TEST(runs that take turns each have their own numbers) {
  take(numbered(1, 7));
  take(numbered(1, 8));
  check_gap(take(numbered(2, 7)), 0, 0, loss_place::none);
  check_gap(take(numbered(4, 8)), 2, 3, loss_place::network);
  intake.take(numbered(2, 7), 2 * s); // Once more.
  CAF_CHECK_EQUAL(board->look().doubled, 1u);
  CAF_CHECK_EQUAL(pushed(), 4u);
}

CAF_TEST(frames of a legacy server are numbered here) {
  for (uint64_t i = 1; i <= 3; ++i) {
    auto& x = take(decoded(plain_jpeg()), static_cast<int64_t>(i) * s);
    CAF_CHECK_EQUAL(x.epoch, 0u);
    CAF_CHECK_EQUAL(x.sequence, i);
    check_gap(x, 0, 0, loss_place::none);
  }
}

CAF_TEST(a rest counts until the frame after it is on disk) {
  learn_clock();
  uint64_t sequence = 0;
  auto rest_after = [&](int64_t captured_ns) {
    auto x = numbered(++sequence);
    x.head.capture_mono_ns = captured_ns;
    take(std::move(x), captured_ns + 30 * s + 2 * ms);
    return board->look().rest_ns;
  };
  rest_after(71 * s);
  CAF_CHECK_EQUAL(rest_after(76 * s), 5 * s);
  for (auto captured_ns = 76 * s; captured_ns < 77 * s;)
    CAF_CHECK_EQUAL(rest_after(captured_ns += 200 * ms), 5 * s);
  CAF_CHECK_EQUAL(rest_after(77 * s + 300 * ms), 300 * ms);
}

CAF_TEST(the board counts frames and bytes and what was broken) {
  auto size = plain_jpeg(320, 240).size();
  take(numbered(1), 3 * s);
  take(numbered(2), 4 * s);
  intake.count_broken(0);
  intake.count_broken(3);
  auto x = board->look();
  CAF_CHECK_EQUAL(x.frames, 2u);
  CAF_CHECK_EQUAL(x.bytes, 2 * size);
  CAF_CHECK_EQUAL(x.newest_ns, 4 * s);
  CAF_CHECK_EQUAL(x.broken, 3u);
}

CAF_TEST(a stream without numbers that begins anew has an unknown gap) {
  intake.note_answer(1);
  CAF_CHECK(!take(decoded(plain_jpeg(320, 240))).gap.unknown);
  CAF_CHECK(!take(decoded(plain_jpeg(320, 240))).gap.unknown);
  intake.note_answer(2);
  CAF_CHECK(take(decoded(plain_jpeg(320, 240))).gap.unknown);
  CAF_CHECK(!take(decoded(plain_jpeg(320, 240))).gap.unknown);
}

CAF_TEST(a stream with numbers has no unknown gap) {
  take(numbered(1));
  intake.note_answer(2);
  CAF_CHECK(!take(numbered(4)).gap.unknown);
}

CAF_TEST(what is broken in a stream without numbers is a gap in ours) {
  intake.count_broken(1); // Before anything was there.
  CAF_CHECK_EQUAL(take(decoded(plain_jpeg(320, 240))).sequence, 1u);
  intake.count_broken(2);
  auto& x = take(decoded(plain_jpeg(320, 240)));
  CAF_CHECK_EQUAL(x.sequence, 4u);
  CAF_CHECK_EQUAL(x.gap.first, 2u);
  CAF_CHECK_EQUAL(x.gap.last, 3u);
  CAF_CHECK(x.gap.place == loss_place::network);
  CAF_CHECK_EQUAL(take(decoded(plain_jpeg(320, 240))).sequence, 5u);
}

CAF_TEST(a picture of unknown size has none) {
  auto& x = take(decoded(soi + eoi));
  CAF_CHECK_EQUAL(x.width, 0u);
  CAF_CHECK_EQUAL(x.height, 0u);
}

CAF_TEST(what comes beyond the rate is cut and told by the next frame) {
  auto one = numbered(1).jpeg.footprint();
  rate_limits limits{one, 0}; // One frame a second, 30 at once.
  frame_intake bounded{ring, board, std::nullopt, limits};
  for (uint64_t i = 1; i <= 100; ++i)
    CAF_CHECK_EQUAL(bounded.take(numbered(i), 1 * s), i <= 30);
  CAF_CHECK_EQUAL(pushed(), 30u);
  CAF_CHECK_EQUAL(board->look().frames, 30u);
  CAF_CHECK_EQUAL(board->look().cut, 70u);
  auto last = bounded.last();
  CAF_CHECK_EQUAL(last->sequence, 100u);
  CAF_CHECK(bounded.take(numbered(101), 3 * s));
  check_gap(*ring->newest(), 31, 100, loss_place::client_rate);
  CAF_CHECK(bounded.take(numbered(102), 3 * s));
  CAF_CHECK(ring->newest()->gap.place == loss_place::none);
}

CAF_TEST(frames are bounded in number too) {
  frame_intake bounded{ring, board, std::nullopt, {0, 10}};
  for (uint64_t i = 1; i <= 1000; ++i)
    bounded.take(numbered(i), 1 * s);
  CAF_CHECK_EQUAL(pushed(), 300u);
}

CAF_TEST(of several losses before a frame the larger one names the place) {
  frame_intake bounded{ring, board, std::nullopt, {0, 1}};
  for (uint64_t i = 1; i <= 40; ++i)
    bounded.take(numbered(i), 1 * s);
  bounded.take(numbered(1000), 3 * s);
  check_gap(*ring->newest(), 31, 999, loss_place::network);
}

CAF_TEST(a cut at the begin of a run is told from its first frame on) {
  frame_intake bounded{ring, board, std::nullopt, {0, 1}};
  for (uint64_t i = 1; i <= 30; ++i)
    bounded.take(numbered(i, 7), 1 * s);
  for (uint64_t i = 1; i <= 5; ++i)
    bounded.take(numbered(i, 8), 1 * s);
  bounded.take(numbered(6, 8), 3 * s);
  check_gap(*ring->newest(), 1, 5, loss_place::client_rate);
}

CAF_TEST(frames without numbers that are cut have numbers all the same) {
  frame_intake bounded{ring, board, std::nullopt, {0, 1}};
  for (int i = 0; i < 40; ++i)
    bounded.take(decoded(plain_jpeg(320, 240)), 1 * s);
  bounded.take(decoded(plain_jpeg(320, 240)), 3 * s);
  CAF_CHECK_EQUAL(ring->newest()->sequence, 41u);
  check_gap(*ring->newest(), 31, 40, loss_place::client_rate);
}

CAF_TEST_FIXTURE_SCOPE_END()
