#define CAF_SUITE frame_memory

#include "tests/camnode_test.hpp"

#include "messages/frame.hpp"
#include "messages/frame_memory.hpp"

#include <cstring>
#include <thread>
#include <vector>

using namespace camnode;

namespace {

constexpr size_t kib = 1024;

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
  frame_memory memory;
  memory.take(1000 * kib).reset();
  memory.take(100 * kib).reset();
  for (size_t bytes = 1; bytes < 2'000'000; bytes += bytes / 3 + 1) {
    auto x = memory.take(bytes);
    CAF_REQUIRE(x.get_deleter().bytes >= bytes);
    CAF_REQUIRE(x.get_deleter().bytes
                <= bytes + std::max(bytes / 4, frame_memory::least_bytes));
    std::memset(x.get(), 0xAB, bytes);
  }
}

CAF_TEST(small pieces are not kept) {
  frame_memory memory;
  memory.take(frame_memory::least_bytes - 1).reset();
  CAF_CHECK_EQUAL(memory.spare_bytes(), 0u);
}

CAF_TEST(what is kept has a bound and the oldest makes room) {
  frame_memory memory;
  std::vector<frame_memory::piece> pieces;
  for (size_t i = 0; i < 2 * frame_memory::max_spare; ++i)
    pieces.push_back(memory.take(100 * kib));
  pieces.clear();
  CAF_CHECK(memory.spare_bytes() <= frame_memory::max_spare * 128 * kib);
  // Frames have another size now.
  pieces.push_back(memory.take(300 * kib));
  auto where = pieces.front().get();
  pieces.clear();
  CAF_CHECK_EQUAL(memory.take(300 * kib).get(), where);
  for (int i = 0; i < 9; ++i)
    pieces.push_back(memory.take(size_t{8} << 20));
  pieces.clear();
  CAF_CHECK(memory.spare_bytes() <= frame_memory::max_spare_bytes);
  memory.take(frame_memory::max_spare_bytes + 1).reset();
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
