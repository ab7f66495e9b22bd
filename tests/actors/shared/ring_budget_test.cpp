#define CAF_SUITE ring_budget
#include "tests/camnode_test.hpp"

#include "actors/shared/frame_ring.hpp"
#include "tests/actors/frame_samples.hpp"

#include <algorithm>
#include <thread>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

constexpr size_t kib = 1024;

/// Rings that could each hold all that they get, but for what they share.
struct fixture {
  std::unique_ptr<frame_ring> new_ring() const {
    return std::make_unique<frame_ring>(frame_ring::limits{size_t{1} << 30, 1h},
                                        shared);
  }

  /// Pushes `n` frames of `bytes`.
  void fill(frame_ring& ring, int n, size_t bytes) {
    for (int i = 0; i < n; ++i)
      ring.push(new_frame(++sequence, 1, bytes), 1);
  }

  std::shared_ptr<ring_budget> shared = std::make_shared<ring_budget>(100
                                                                      * kib);
  uint64_t sequence = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(ring_budget_tests, fixture)

CAF_TEST(rings that fit let go of nothing) {
  auto a = new_ring();
  auto b = new_ring();
  fill(*a, 4, 10 * kib);
  fill(*b, 4, 10 * kib);
  CAF_CHECK_EQUAL(a->stats().frames, 4u);
  CAF_CHECK_EQUAL(b->stats().frames, 4u);
  CAF_CHECK_EQUAL(shared->used(), a->charge() + b->charge());
}

CAF_TEST(the ring that has most lets go of its oldest) {
  auto small = new_ring();
  auto big = new_ring();
  fill(*small, 10, 2 * kib);
  fill(*big, 50, 10 * kib);
  CAF_CHECK_EQUAL(small->stats().frames, 10u);
  CAF_CHECK_LESS_OR_EQUAL(shared->used(), shared->bytes());
  CAF_CHECK_EQUAL(big->newest()->sequence, sequence);
  CAF_CHECK_GREATER(big->stats().frames, 3u);
  // Also where it is another one that gets a frame.
  auto before = big->stats().frames;
  fill(*small, 5, 2 * kib);
  CAF_CHECK_EQUAL(small->stats().frames, 15u);
  CAF_CHECK_LESS(big->stats().frames, before);
}

CAF_TEST(a ring within its share keeps all that it has) {
  std::vector<std::unique_ptr<frame_ring>> rings;
  for (int i = 0; i < 10; ++i)
    rings.push_back(new_ring());
  CAF_CHECK_EQUAL(shared->share(), 10 * kib);
  fill(*rings[0], 7, kib);
  for (int round = 0; round < 50; ++round)
    for (size_t i = 1; i < rings.size(); ++i)
      fill(*rings[i], 1, 40 * kib);
  CAF_CHECK_EQUAL(rings[0]->stats().frames, 7u);
  CAF_CHECK_LESS_OR_EQUAL(shared->used(), shared->bytes());
}

CAF_TEST(a reader is told what was let go of for others) {
  auto a = new_ring();
  auto b = new_ring();
  frame_ring::position cursor = 0;
  a->hold_from(0);
  fill(*a, 9, 10 * kib);
  fill(*b, 4, 10 * kib);
  auto found = a->next(cursor);
  CAF_REQUIRE(found.frame);
  CAF_CHECK_GREATER(found.skipped, 0u);
  CAF_CHECK_EQUAL(found.frame->sequence, found.skipped + 1);
  CAF_CHECK_EQUAL(a->stats().given_up, found.skipped);
  CAF_CHECK_EQUAL(b->stats().given_up, 0u);
}

CAF_TEST(frames that nobody holds are given up without a word) {
  auto a = new_ring();
  fill(*a, 20, 10 * kib);
  CAF_CHECK_EQUAL(a->stats().given_up, 0u);
}

CAF_TEST(a frame larger than all leaves nothing to be read) {
  auto a = new_ring();
  frame_ring::position cursor = 0;
  fill(*a, 1, 200 * kib);
  CAF_CHECK(!a->newest());
  CAF_CHECK(!a->next(cursor).frame);
  CAF_CHECK(!a->has_unread(cursor));
  fill(*a, 1, kib);
  CAF_CHECK(a->has_unread(cursor));
  CAF_CHECK_EQUAL(a->next(cursor).skipped, 1u);
  CAF_CHECK(!a->has_unread(cursor));
}

CAF_TEST(a frame that is being received counts) {
  auto a = new_ring();
  auto b = new_ring();
  fill(*a, 9, 10 * kib);
  CAF_CHECK(b->make_way_for(50 * kib));
  CAF_CHECK_LESS_OR_EQUAL(shared->used(), shared->bytes());
  CAF_CHECK_LESS(a->stats().frames, 5u);
  // What is on its way cannot be let go of: a large one more is refused,
  CAF_CHECK(!a->make_way_for(60 * kib));
  a->make_way_for(0);
  // but nothing that is within the ring's share.
  CAF_CHECK(a->make_way_for(50 * kib));
  a->make_way_for(0);
  b->make_way_for(0);
  CAF_CHECK_EQUAL(shared->used(), a->charge());
}

CAF_TEST(what others begin to send costs no ring within its share) {
  auto small = new_ring();
  auto a = new_ring();
  auto b = new_ring();
  fill(*small, 2, 10 * kib);
  a->make_way_for(75 * kib);
  CAF_CHECK(!b->make_way_for(75 * kib));
  CAF_CHECK_EQUAL(small->stats().frames, 2u);
}

CAF_TEST(a ring that ends gives back what it had) {
  auto a = new_ring();
  fill(*a, 3, 10 * kib);
  a->make_way_for(7);
  a.reset();
  CAF_CHECK_EQUAL(shared->used(), 0u);
  CAF_CHECK_EQUAL(shared->share(), shared->bytes());
}

CAF_TEST(frames of no size are charged too) {
  auto a = new_ring();
  fill(*a, 5000, 0);
  CAF_CHECK_LESS_OR_EQUAL(shared->used(), shared->bytes());
  CAF_CHECK_LESS(a->stats().frames, 500u);
}

CAF_TEST(rings of many threads stay within their bound) {
  std::vector<std::unique_ptr<frame_ring>> rings;
  for (int i = 0; i < 4; ++i)
    rings.push_back(new_ring());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < rings.size(); ++i)
    threads.emplace_back([this, i, &ring = *rings[i]] {
      for (uint64_t n = 1; n <= 500; ++n) {
        ring.make_way_for(i * kib);
        ring.make_way_for(0);
        ring.push(new_frame(n, 1, (i + 1) * kib), 1);
      }
    });
  for (auto& x : threads)
    x.join();
  size_t sum = 0;
  for (auto& x : rings)
    sum += x->charge();
  CAF_CHECK_EQUAL(shared->used(), sum);
  CAF_CHECK_LESS_OR_EQUAL(sum, shared->bytes());
}

CAF_TEST_FIXTURE_SCOPE_END()
