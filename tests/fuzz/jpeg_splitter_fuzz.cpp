#include "actors/camera/jpeg_splitter.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace camnode;
using namespace camnode_test;

namespace {

constexpr size_t small_limit = 2000;

void require(bool x) {
  if (!x)
    abort();
}

struct cut_stream {
  std::vector<bytes> jpegs;
  uint64_t skipped;
  uint64_t broken;
};

void check(const split_jpeg& x, int64_t now_ns) {
  auto size = x.jpeg.size();
  require(size >= 6 && size <= small_limit && size <= x.jpeg.capacity());
  auto p = x.jpeg.data();
  require(p[0] == 0xFF && p[1] == 0xD8 && p[2] == 0xFF);
  require(x.first_byte_ns > 0 && x.first_byte_ns <= now_ns);
}

/// Chunks have `chunk` bytes; of pseudo-random size if it is 0.
cut_stream cut(const uint8_t* data, size_t size, size_t chunk) {
  jpeg_splitter testee{small_limit};
  cut_stream result{};
  size_t handed_out = 0;
  uint32_t dice = 12345;
  int64_t now_ns = 0;
  for (size_t i = 0; i < size;) {
    dice = dice * 1664525 + 1013904223;
    auto n = std::min(chunk > 0 ? chunk : 1 + (dice >> 16) % 97, size - i);
    auto room = testee.prepare(n);
    require(room.size >= n);
    memcpy(room.data, data + i, n);
    testee.commit(n, ++now_ns);
    i += n;
    while (auto x = testee.next()) {
      check(*x, now_ns);
      handed_out += x->jpeg.size();
      auto p = x->jpeg.data();
      result.jpegs.emplace_back(p, p + x->jpeg.size());
    }
    require(handed_out + testee.skipped_bytes() + testee.pending_bytes() == i);
    require(testee.pending_bytes() <= small_limit + n);
  }
  testee.finish();
  while (auto x = testee.next()) {
    check(*x, now_ns);
    handed_out += x->jpeg.size();
    auto p = x->jpeg.data();
    result.jpegs.emplace_back(p, p + x->jpeg.size());
  }
  require(handed_out + testee.skipped_bytes() == size);
  result.skipped = testee.skipped_bytes();
  result.broken = testee.broken_frames();
  return result;
}

} // namespace

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  auto seeds = good_jpegs();
  bytes all;
  for (auto& x : good_jpegs())
    all = all + x + bytes(3, 0);
  seeds.push_back(all);
  seeds.push_back(plain_jpeg(64, 48, 3000) + plain_jpeg());
  auto open = plain_jpeg(64, 48, 200);
  open.resize(open.size() - 2);
  seeds.push_back(open + open);
  seeds.push_back(soi + bytes{0xFF, 0xE1, 0x03, 0xFF} + plain_jpeg()
                  + jpeg_with_thumbnail());
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto whole = cut(data, size, std::max<size_t>(size, 1));
  for (size_t chunk : {0, 1, 61}) {
    auto pieces = cut(data, size, chunk);
    require(pieces.jpegs == whole.jpegs);
    require(pieces.skipped == whole.skipped);
    require(pieces.broken == whole.broken);
  }
  return 0;
}
