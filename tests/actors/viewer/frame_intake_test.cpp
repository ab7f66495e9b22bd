#define CAF_SUITE frame_intake
#include "tests/camnode_test.hpp"

#include "actors/viewer/frame_intake.hpp"
#include "messages/capture_bound.hpp"
#include "tests/actors/frame_samples.hpp"

#include <limits>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1'000 * ms;

decoded_frame decoded(const bytes& jpeg) {
  decoded_frame result;
  result.jpeg = owned(jpeg);
  result.head.content_length = jpeg.size();
  return result;
}

/// What a camnode server sends.
decoded_frame numbered(uint64_t sequence, uint64_t epoch = 7) {
  auto result = decoded(plain_jpeg(320, 240));
  result.head.epoch = epoch;
  result.head.sequence = sequence;
  return result;
}

struct fixture {
  fixture()
    : ring(
      std::make_shared<frame_ring>(frame_ring::limits{size_t{64} << 20, 1h})),
      board(std::make_shared<viewer_board>()),
      intake(ring, board) {
  }

  /// Takes a frame, and gives what became of it.
  const frame& take(decoded_frame x, int64_t receive_ns = 1 * s) {
    intake.take(std::move(x), receive_ns);
    newest = ring->newest();
    CAF_REQUIRE(newest);
    return *newest;
  }

  /// Makes the server's clock known: 30 s behind the client's, give or take
  /// 1 ms.
  void learn_clock() {
    intake.add_probe(
      {100 * s, 70 * s + 1 * ms, 70 * s + 1 * ms, 100 * s + 2 * ms});
  }

  /// The number of the last frame, 0 if that is not of `epoch`.
  uint64_t last_number(uint64_t epoch = 7) const {
    auto x = intake.last();
    return x && x->epoch == epoch ? x->sequence : 0;
  }

  uint64_t pushed() const {
    return ring->stats().pushed;
  }

  std::shared_ptr<frame_ring> ring;
  viewer_board_ptr board;
  frame_intake intake;
  frame_ptr newest;
};

void check_gap(const frame& x, uint64_t first, uint64_t last,
               loss_place place) {
  CAF_CHECK_EQUAL(x.gap.first, first);
  CAF_CHECK_EQUAL(x.gap.last, last);
  CAF_CHECK_EQUAL(std::string{to_string(x.gap.place)}, to_string(place));
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(frame_intake_tests, fixture)

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

CAF_TEST(frames of a legacy server have their receive time and say so) {
  learn_clock();
  auto& x = take(decoded(plain_jpeg()), 200 * s);
  CAF_CHECK_EQUAL(x.capture_mono_ns, 200 * s);
  CAF_CHECK_EQUAL(x.offset_ns, 0);
  CAF_CHECK_EQUAL(x.exposure_us, -1);
  CAF_CHECK_EQUAL(x.flags, uint32_t{frame::receive_time_only});
}

CAF_TEST(a captured time is placed by the clock that is known) {
  learn_clock();
  auto x = numbered(1);
  x.head.capture_mono_ns = 80 * s;
  auto& got = take(std::move(x), 110 * s + 50 * ms);
  CAF_CHECK_EQUAL(got.capture_mono_ns, 80 * s);
  CAF_CHECK(std::abs(got.offset_ns - 30 * s) < 1'000);
  // Half of 2 ms, and 10 s at 300 ppm.
  CAF_CHECK(got.offset_error_ns >= 4 * ms);
  CAF_CHECK(got.offset_error_ns < 5 * ms);
  CAF_CHECK_EQUAL(got.flags, 0u);
}

CAF_TEST(without a clock a captured time is of no use) {
  auto x = numbered(1);
  x.head.capture_mono_ns = 80 * s;
  auto& got = take(std::move(x), 110 * s);
  CAF_CHECK_EQUAL(got.capture_mono_ns, 110 * s);
  CAF_CHECK_EQUAL(got.flags, uint32_t{frame::receive_time_only});
}

CAF_TEST(a frame that claims to come from the future has its receive time) {
  learn_clock();
  int64_t sequence = 0;
  constexpr auto most = std::numeric_limits<int64_t>::max();
  constexpr auto least = std::numeric_limits<int64_t>::min();
  for (int64_t captured : {most, 70 * s + 5 * ms, int64_t{-1}, least}) {
    auto x = numbered(static_cast<uint64_t>(++sequence));
    x.head.capture_mono_ns = captured;
    auto& got = take(std::move(x), 100 * s + 2 * ms);
    CAF_CHECK_EQUAL(got.capture_mono_ns, 100 * s + 2 * ms);
    CAF_CHECK_EQUAL(got.offset_ns, 0);
    CAF_CHECK_EQUAL(got.flags, uint32_t{frame::receive_time_only});
  }
}

CAF_TEST(a frame as young as the clock allows keeps its captured time) {
  learn_clock();
  auto x = numbered(1);
  x.head.capture_mono_ns = 70 * s + 2 * ms + 500'000;
  auto& got = take(std::move(x), 100 * s + 2 * ms);
  CAF_CHECK_EQUAL(got.flags, 0u);
}

CAF_TEST(no frame is placed behind its own arrival) {
  learn_clock();
  auto x = numbered(1);
  x.head.capture_mono_ns = 70 * s + 2 * ms + 500'000;
  auto& got = take(std::move(x), 100 * s + 2 * ms);
  CAF_CHECK_EQUAL(got.capture_mono_ns + got.offset_ns, 100 * s + 2 * ms);
}

CAF_TEST(a frame out of the ring is placed by the clock of its capture) {
  // The server's clock is 30 s behind, and 200 ppm slow.
  for (int64_t i = 0; i < 60; ++i) {
    auto server = 70 * s + i * (s - 200'000);
    intake.add_probe(
      {(100 + i) * s - 100'000, server, server, (100 + i) * s + 100'000});
  }
  auto x = numbered(1);
  x.head.capture_mono_ns = 70 * s + 10 * (s - 200'000);
  auto& got = take(std::move(x), 160 * s);
  auto off = std::abs(got.capture_mono_ns + got.offset_ns - 110 * s);
  CAF_CHECK(off <= got.offset_error_ns);
  CAF_CHECK(off < ms / 10);
  CAF_CHECK(got.offset_error_ns < ms);
}

CAF_TEST(another run of the server is not placed by the clock of the old one) {
  intake.add_probe(
    {100 * s, 70 * s + 1 * ms, 70 * s + 1 * ms, 100 * s + 2 * ms, 7});
  auto old_run = numbered(1, 7);
  old_run.head.capture_mono_ns = 80 * s;
  CAF_CHECK_EQUAL(take(std::move(old_run), 111 * s).flags, 0u);
  // It was booted anew: its clock begins with 0.
  auto early = numbered(1, 8);
  early.head.capture_mono_ns = 12 * s;
  CAF_CHECK_EQUAL(take(std::move(early), 130 * s).flags,
                  uint32_t{frame::receive_time_only});
  CAF_CHECK(intake.add_probe(
              {140 * s, 20 * s + 1 * ms, 20 * s + 1 * ms, 140 * s + 2 * ms, 8})
            == clock_offset::pace::hurried);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 1u);
  auto next = numbered(2, 8);
  next.head.capture_mono_ns = 21 * s;
  auto& got = take(std::move(next), 142 * s);
  CAF_CHECK_EQUAL(got.flags, 0u);
  CAF_CHECK(std::abs(got.offset_ns - 120 * s) <= got.offset_error_ns);
  CAF_CHECK(got.offset_error_ns < 3 * ms);
}

CAF_TEST(a clock that is slewed is looked at more often until it is calm) {
  using pace = clock_offset::pace;
  auto look = [&](int64_t at, int64_t slewed_ns) {
    auto server = at - 30 * s - slewed_ns;
    return intake.add_probe({at - 100'000, server, server, at + 100'000});
  };
  for (int64_t i = 0; i < 20; ++i)
    CAF_CHECK(look((100 + i) * s, 0) == pace::calm);
  CAF_CHECK(look(120 * s, 5 * ms) == pace::hurried);
  CAF_CHECK(look(120 * s + 200 * ms, 6 * ms) == pace::brisk);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 1u);
  auto now = 121 * s;
  while (now < 160 * s && look(now, 6 * ms) == pace::brisk)
    now += 200 * ms;
  CAF_CHECK(now > 130 * s);
  CAF_CHECK(now < 150 * s);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 1u);
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

CAF_TEST(a run that is known by its frames alone takes any clock) {
  learn_clock(); // Of a server that does not say which run it is.
  auto x = numbered(1);
  x.head.capture_mono_ns = 80 * s;
  CAF_CHECK_EQUAL(take(std::move(x), 111 * s).flags, 0u);
}

CAF_TEST(the board shows what is known of the clock) {
  CAF_CHECK(!board->look().clocked);
  intake.add_probe({100 * s, 60 * s, 50 * s, 101 * s}); // No such exchange.
  CAF_CHECK(!board->look().clocked);
  learn_clock();
  CAF_CHECK(board->look().clocked);
  CAF_CHECK(std::abs(board->look().clock.offset_ns - 30 * s) < 1'000);
  CAF_CHECK_EQUAL(board->look().probed_ns, 100 * s + 2 * ms);
  CAF_CHECK_EQUAL(board->look().probes, 1u);
  CAF_CHECK_EQUAL(board->look().probes_refused, 1u);
  CAF_CHECK_EQUAL(board->look().clock_restarts, 0u);
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
