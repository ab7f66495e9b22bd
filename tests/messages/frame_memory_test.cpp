#define CAF_SUITE frame_memory

#include "tests/camnode_test.hpp"

#include "messages/frame.hpp"
#include "messages/frame_memory.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <random>
#include <thread>
#include <utility>
#include <vector>

using namespace camnode;

namespace {

constexpr size_t kib = 1024;
constexpr size_t mib = 1024 * kib;

} // namespace

CAF_TEST(a piece that is given back is what the next one gets) {
  frame_memory memory;
  auto first = memory.take(200 * kib);
  auto where = first.get();
  first.reset();
  CAF_CHECK(memory.spare_bytes() >= 200 * kib);
  CAF_CHECK_EQUAL(memory.take(205'000).get(), where);
}

CAF_TEST(a piece is never smaller and not much larger than asked for) {
  for (size_t bytes = 1; bytes < 20'000'000; bytes += bytes / 9 + 1) {
    frame_memory memory;
    auto x = memory.take(bytes);
    CAF_REQUIRE(x.get_deleter().bytes >= bytes);
    CAF_REQUIRE(x.get_deleter().bytes
                <= bytes + std::max(bytes / 4, frame_memory::least_bytes));
    std::memset(x.get(), 0xAB, bytes);
  }
}

CAF_TEST(pieces of one size share a block and do not overlap) {
  frame_memory memory;
  std::vector<frame_memory::piece> pieces;
  for (uint8_t i = 0; i < 100; ++i) {
    pieces.push_back(memory.take(250'000));
    std::memset(pieces.back().get(), i, 250'000);
  }
  for (uint8_t i = 0; i < 100; ++i) {
    auto x = pieces[i].get();
    CAF_REQUIRE(std::all_of(x, x + 250'000, [=](auto b) { return b == i; }));
  }
  std::vector<uintptr_t> places;
  for (auto& x : pieces)
    places.push_back(reinterpret_cast<uintptr_t>(x.get()) / (2 * mib));
  std::sort(places.begin(), places.end());
  auto blocks = std::unique(places.begin(), places.end()) - places.begin();
  CAF_CHECK(blocks <= 13); // Of 2 MiB, as 8 pieces fit in one.
}

CAF_TEST(small pieces are not kept) {
  frame_memory memory;
  memory.take(frame_memory::least_bytes - 1).reset();
  CAF_CHECK_EQUAL(memory.spare_bytes(), 0u);
}

CAF_TEST(a block counts as spare only once nobody uses any of it) {
  frame_memory memory;
  auto first = memory.take(200 * kib);
  auto second = memory.take(200 * kib);
  first.reset();
  CAF_CHECK_EQUAL(memory.spare_bytes(), 0u);
  second.reset();
  CAF_CHECK_EQUAL(memory.spare_bytes(), 2 * mib);
  first = memory.take(200 * kib);
  CAF_CHECK_EQUAL(memory.spare_bytes(), 0u);
}

CAF_TEST(what is kept has a bound and the oldest makes room) {
  frame_memory memory;
  std::vector<frame_memory::piece> pieces;
  for (int i = 0; i < 500; ++i)
    pieces.push_back(memory.take(100 * kib));
  pieces.clear();
  CAF_CHECK_EQUAL(memory.spare_bytes(), frame_memory::max_spare_bytes);
  // Frames have another size now.
  pieces.push_back(memory.take(300 * kib));
  auto where = pieces.front().get();
  pieces.clear();
  CAF_CHECK_EQUAL(memory.spare_bytes(), frame_memory::max_spare_bytes);
  CAF_CHECK_EQUAL(memory.take(300 * kib).get(), where);
  // One may be larger than the bound.
  for (int i = 0; i < 9; ++i)
    pieces.push_back(memory.take(8 * mib));
  pieces.clear();
  CAF_CHECK_EQUAL(memory.spare_bytes(), 8 * mib);
  memory.take(16 * mib).reset();
  CAF_CHECK_EQUAL(memory.spare_bytes(), 16 * mib);
}

CAF_TEST(a ring of frames of changing size leaves no blocks behind) {
  frame_memory memory;
  std::mt19937 random{4711};
  std::deque<frame_memory::piece> ring;
  size_t usual = 20 * kib;
  for (int i = 0; i < 5000; ++i) {
    if (i % 500 == 0)
      usual = 20 * kib + random() % (600 * kib);
    ring.push_back(memory.take(usual + random() % (usual / 4)));
    if (ring.size() > 50)
      ring.pop_front();
    CAF_REQUIRE(memory.spare_bytes() <= frame_memory::max_spare_bytes);
  }
  ring.clear();
  CAF_CHECK(memory.spare_bytes() > 0u);
  CAF_CHECK(memory.spare_bytes() <= frame_memory::max_spare_bytes);
}

CAF_TEST(threads take and give at the same time) {
  frame_memory memory;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&memory, i] {
      for (size_t n = 1; n < 500; ++n) {
        auto bytes = (n * 7919 + static_cast<size_t>(i)) % 300'000 + 1;
        auto x = memory.take(bytes);
        x[0] = x[bytes - 1] = static_cast<uint8_t>(n);
      }
    });
  for (auto& x : threads)
    x.join();
  CAF_CHECK(memory.spare_bytes() <= frame_memory::max_spare_bytes);
}

CAF_TEST(a frame tells the memory that it takes) {
  frame_bytes x{100'000};
  CAF_CHECK_EQUAL(x.capacity(), 100'000u);
  CAF_CHECK(x.footprint() >= x.capacity());
  CAF_CHECK_EQUAL(frame_bytes{}.footprint(), 0u);
}
