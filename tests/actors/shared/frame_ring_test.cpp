#define CAF_SUITE frame_ring
#include "tests/camnode_test.hpp"

#include "actors/shared/frame_ring.hpp"
#include "tests/actors/frame_samples.hpp"

#include <atomic>
#include <chrono>
#include <thread>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

constexpr size_t plenty = size_t{1} << 30;

/// Pushes frames `first` to `last` of `epoch`, one per second.
void fill(frame_ring& ring, uint64_t first, uint64_t last, uint64_t epoch = 1,
          size_t bytes = 100) {
  for (auto i = first; i <= last; ++i)
    ring.push(new_frame(i, epoch, bytes),
              static_cast<int64_t>(i) * 1'000'000'000);
}

/// The sequence numbers that `next` gives from `cursor` on.
std::vector<uint64_t> read_all(const frame_ring& ring,
                               frame_ring::position& cursor) {
  std::vector<uint64_t> result;
  while (auto x = ring.next(cursor).frame)
    result.push_back(x->sequence);
  return result;
}

using numbers = std::vector<uint64_t>;

} // namespace

CAF_TEST(an empty ring has nothing for any reader) {
  frame_ring ring{{plenty, 10s}};
  frame_ring::position cursor = 0;
  CAF_CHECK(!ring.next(cursor).frame);
  CAF_CHECK(!ring.next_live(cursor).frame);
  CAF_CHECK(!ring.newest());
  CAF_CHECK_EQUAL(cursor, 0u);
  CAF_CHECK_EQUAL(ring.position_after(1, 1), 0u);
  CAF_CHECK_EQUAL(ring.stats().frames, 0u);
  CAF_CHECK_EQUAL(ring.stats().oldest_ns, 0);
}

CAF_TEST(frames of no size are bounded too) {
  constexpr auto most = frame_ring::max_frames({1 << 20, 24h});
  frame_ring small{{1 << 20, 24h}};
  fill(small, 1, most + 100, 1, 0);
  CAF_CHECK_EQUAL(small.stats().frames, most);
}

CAF_TEST(the bound in bytes lets go of the oldest frames) {
  frame_ring ring{{1000, 1h}};
  fill(ring, 1, 10);
  CAF_CHECK_EQUAL(ring.stats().frames, 10u);
  fill(ring, 11, 13);
  CAF_CHECK_EQUAL(ring.stats().frames, 10u);
  CAF_CHECK_EQUAL(ring.stats().bytes, 1000u);
  CAF_CHECK_EQUAL(ring.oldest_position(), 3u);
  CAF_CHECK_EQUAL(ring.stats().pushed, 13u);
}

CAF_TEST(the bound counts buffers and not what is used of them) {
  frame_ring ring{{1000, 1h}};
  for (uint64_t i = 1; i <= 4; ++i) {
    auto x = new_frame(i, 1, 400);
    x->jpeg.resize(1);
    ring.push(std::move(x), 0);
  }
  CAF_CHECK_EQUAL(ring.stats().frames, 2u);
  CAF_CHECK_EQUAL(ring.stats().bytes, 800u);
}

CAF_TEST(the bound in age keeps a frame that is exactly as old) {
  frame_ring ring{{plenty, 3s}};
  fill(ring, 1, 4);
  CAF_CHECK_EQUAL(ring.stats().frames, 4u);
  fill(ring, 5, 5);
  CAF_CHECK_EQUAL(ring.stats().oldest_ns, 2'000'000'000);
  CAF_CHECK_EQUAL(ring.stats().newest_ns, 5'000'000'000);
}

CAF_TEST(the newest frame stays whatever its size and the pause before it) {
  frame_ring ring{{1000, 3s}};
  fill(ring, 1, 3);
  fill(ring, 100, 100, 1, 5000);
  CAF_CHECK_EQUAL(ring.stats().frames, 1u);
  CAF_CHECK_EQUAL(ring.newest()->sequence, 100u);
  fill(ring, 101, 101);
  CAF_CHECK_EQUAL(ring.stats().bytes, 100u);
}

CAF_TEST(frames that somebody is not done with are kept beyond their age) {
  frame_ring ring{{plenty, 10s}};
  fill(ring, 1, 3);
  ring.hold_from(1);
  fill(ring, 4, 40);
  CAF_CHECK_EQUAL(ring.oldest_position(), 1u);
  fill(ring, 41, 70);
  CAF_CHECK_EQUAL(ring.newest()->sequence - 60, 10u);
  CAF_CHECK_EQUAL(ring.oldest_position(), 9u); // Six times as long at most.
  ring.hold_from(frame_ring::nothing_held);
  fill(ring, 71, 71);
  CAF_CHECK_EQUAL(ring.oldest_position(), 60u);
}

CAF_TEST(frames that are held are bounded in bytes all the same) {
  frame_ring ring{{1000, 10s}};
  ring.hold_from(0);
  fill(ring, 1, 50);
  CAF_CHECK_EQUAL(ring.stats().frames, 10u);
}

CAF_TEST(a ring lets go of frames that nobody else holds) {
  frame_ring ring{{250, 1h}};
  auto first = new_frame(1);
  std::weak_ptr<frame> watched = first;
  ring.push(std::move(first), 0);
  CAF_CHECK(!watched.expired());
  fill(ring, 2, 4);
  CAF_CHECK(watched.expired());
}

CAF_TEST(frames keep their order when the ring grows after it has wrapped) {
  frame_ring ring{{10'000, 1h}};
  fill(ring, 1, 90);
  fill(ring, 91, 150, 1, 10);
  fill(ring, 151, 900, 1, 10);
  frame_ring::position cursor = 0;
  auto found = read_all(ring, cursor);
  CAF_REQUIRE(found.size() > 256u);
  for (size_t i = 1; i < found.size(); ++i)
    CAF_REQUIRE_EQUAL(found[i], found[i - 1] + 1);
  CAF_CHECK_EQUAL(found.back(), 900u);
}

CAF_TEST(a lossless reader sees every frame once and in order) {
  frame_ring ring{{plenty, 1h}};
  frame_ring::position cursor = 0;
  fill(ring, 1, 3);
  CAF_CHECK_EQUAL(read_all(ring, cursor), (numbers{1, 2, 3}));
  CAF_CHECK_EQUAL(read_all(ring, cursor), numbers{});
  fill(ring, 4, 5);
  CAF_CHECK_EQUAL(read_all(ring, cursor), (numbers{4, 5}));
}

CAF_TEST(a lossless reader is told how many frames have gone) {
  frame_ring ring{{500, 1h}};
  frame_ring::position cursor = 0;
  fill(ring, 1, 2);
  ring.next(cursor);
  fill(ring, 3, 10);
  auto found = ring.next(cursor);
  CAF_CHECK_EQUAL(found.frame->sequence, 6u);
  CAF_CHECK_EQUAL(found.skipped, 4u);
  CAF_CHECK_EQUAL(ring.next(cursor).skipped, 0u);
}

CAF_TEST(the ring remembers when the frames were captured that have gone) {
  frame_ring ring{{500, 1h}};
  auto captured = [](uint64_t sequence) {
    auto x = new_frame(sequence, 1, 100);
    x->capture_mono_ns = static_cast<int64_t>(sequence) * 1'000;
    x->offset_ns = 7;
    return x;
  };
  for (uint64_t i = 1; i <= 10; ++i)
    ring.push(captured(i), 0);
  auto found = ring.first_gone_since(2'008);
  CAF_REQUIRE(found);
  auto gone = *found;
  CAF_CHECK_EQUAL(gone.sequence, 3u);
  CAF_CHECK_EQUAL(gone.where, 2u);
  CAF_CHECK_EQUAL(gone.client_ns, 3'007);
  auto first_since = [&](int64_t client_ns) {
    return ring.first_gone_since(client_ns).value_or(gone).sequence;
  };
  CAF_CHECK_EQUAL(first_since(0), 1u);
  CAF_CHECK_EQUAL(first_since(5'007), 5u);
  CAF_CHECK(!ring.first_gone_since(5'008)); // The sixth is here.
  constexpr auto most = frame_ring::max_remembered;
  for (uint64_t i = 11; i <= most + 10; ++i)
    ring.push(captured(i), 0);
  CAF_CHECK_EQUAL(first_since(0), 6u);
}

CAF_TEST(a live reader skips to the newest frame and is told how many) {
  frame_ring ring{{500, 1h}};
  frame_ring::position cursor = 0;
  fill(ring, 1, 4);
  auto found = ring.next_live(cursor);
  CAF_CHECK_EQUAL(found.frame->sequence, 4u);
  CAF_CHECK_EQUAL(found.skipped, 3u);
  CAF_CHECK(!ring.next_live(cursor).frame);
  fill(ring, 5, 14); // Five of them are gone already.
  found = ring.next_live(cursor);
  CAF_CHECK_EQUAL(found.frame->sequence, 14u);
  CAF_CHECK_EQUAL(found.skipped, 9u);
}

CAF_TEST(readers do not see each other) {
  frame_ring ring{{plenty, 1h}};
  fill(ring, 1, 3);
  auto from_start = ring.oldest_position();
  auto from_end = ring.end_position();
  CAF_CHECK_EQUAL(read_all(ring, from_start), (numbers{1, 2, 3}));
  CAF_CHECK_EQUAL(read_all(ring, from_end), numbers{});
  fill(ring, 4, 4);
  CAF_CHECK_EQUAL(read_all(ring, from_end), numbers{4});
}

CAF_TEST(a position after a frame is at the first one that follows) {
  frame_ring ring{{plenty, 1h}};
  fill(ring, 11, 15, 1);
  fill(ring, 1, 3, 2);
  auto first_behind = [&](uint64_t epoch, uint64_t sequence) -> uint64_t {
    auto cursor = ring.position_after(epoch, sequence);
    auto found = ring.next(cursor).frame;
    return found ? found->epoch * 100 + found->sequence : 0;
  };
  CAF_CHECK_EQUAL(first_behind(1, 12), 113u);
  CAF_CHECK_EQUAL(first_behind(1, 15), 201u);
  CAF_CHECK_EQUAL(first_behind(1, 99), 201u);
  CAF_CHECK_EQUAL(first_behind(2, 2), 203u);
  CAF_CHECK_EQUAL(first_behind(2, 3), 0u);
  CAF_CHECK_EQUAL(first_behind(1, 4), 111u);
  CAF_CHECK_EQUAL(first_behind(3, 1), 111u);
  CAF_CHECK_EQUAL(first_behind(0, 0), 111u);
}

CAF_TEST(a position after a frame that is in a hole of the numbers) {
  frame_ring ring{{plenty, 1h}};
  fill(ring, 1, 3);
  fill(ring, 8, 9);
  auto cursor = ring.position_after(1, 5);
  CAF_CHECK_EQUAL(read_all(ring, cursor), (numbers{8, 9}));
}

CAF_TEST(the number of the last frame is known after all others went) {
  frame_ring ring{{100, 1h}};
  fill(ring, 1, 7, 5);
  CAF_CHECK_EQUAL(ring.stats().last_epoch, 5u);
  CAF_CHECK_EQUAL(ring.stats().last_sequence, 7u);
}

CAF_TEST(listeners hear of every push until they are taken out) {
  frame_ring ring{{plenty, 1h}};
  int first = 0;
  int second = 0;
  auto token = ring.listen([&] { ++first; });
  ring.listen([&] { ++second; });
  fill(ring, 1, 2);
  ring.unlisten(token);
  ring.unlisten(token);
  fill(ring, 3, 3);
  CAF_CHECK_EQUAL(first, 2);
  CAF_CHECK_EQUAL(second, 3);
}

CAF_TEST(a listener finds the frame that it hears of) {
  frame_ring ring{{plenty, 1h}};
  frame_ring::position cursor = 0;
  numbers found;
  ring.listen([&] { found.push_back(ring.next(cursor).frame->sequence); });
  fill(ring, 1, 3);
  CAF_CHECK_EQUAL(found, (numbers{1, 2, 3}));
}

CAF_TEST(a reader beside the writer has each frame or knows that it went) {
  constexpr uint64_t count = 20'000;
  frame_ring ring{{5'000, 1h}};
  std::thread writer{[&] { fill(ring, 1, count); }};
  frame_ring::position cursor = 0;
  uint64_t seen = 0;
  uint64_t skipped = 0;
  bool ordered = true;
  while (seen + skipped < count) {
    auto found = ring.next(cursor);
    if (!found.frame)
      continue;
    skipped += found.skipped;
    ++seen;
    ordered = ordered && found.frame->sequence == seen + skipped;
  }
  writer.join();
  CAF_CHECK(ordered);
  CAF_CHECK_EQUAL(seen + skipped, count);
  CAF_CHECK_EQUAL(cursor, count);
  CAF_CHECK_EQUAL(ring.stats().frames, 50u);
}

CAF_TEST(a listener does not run once unlisten has returned) {
  frame_ring ring{{5'000, 1h}};
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    for (uint64_t i = 1; !done; ++i)
      fill(ring, i, i);
  }};
  for (int i = 0; i < 200 || ring.stats().pushed < 1000; ++i) {
    auto alive = std::make_unique<std::atomic<int>>(0);
    auto token = ring.listen([x = alive.get()] { ++*x; });
    ring.unlisten(token);
  }
  done = true;
  writer.join();
  CAF_CHECK(ring.stats().pushed >= 1000);
}
