#define CAF_SUITE jpeg_splitter

#include "tests/camnode_test.hpp"

#include "actors/camera/jpeg_splitter.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <algorithm>
#include <cstring>

using namespace camnode;
using namespace camnode_test;

namespace {

bytes to_bytes(const frame_bytes& x) {
  return {x.data(), x.data() + x.size()};
}

struct fixture {
  jpeg_splitter testee;
  std::vector<bytes> jpegs;
  std::vector<split_jpeg> splits;
  int64_t clock = 0;

  explicit fixture(size_t max_bytes = max_jpeg_bytes) : testee(max_bytes) {
  }

  void drain() {
    while (auto x = testee.next()) {
      jpegs.push_back(to_bytes(x->jpeg));
      splits.push_back(std::move(*x));
    }
  }

  void put(const uint8_t* data, size_t size) {
    auto room = testee.prepare(size);
    memcpy(room.data, data, size);
    testee.commit(size, ++clock);
    drain();
  }

  void put(const bytes& x) {
    put(x.data(), x.size());
  }

  void put(const bytes& x, size_t chunk) {
    for (size_t i = 0; i < x.size(); i += chunk)
      put(x.data() + i, std::min(chunk, x.size() - i));
  }
};

bytes joined(const std::vector<bytes>& xs) {
  bytes result;
  for (auto& x : xs)
    result = result + x;
  return result;
}

} // namespace

CAF_TEST(frames come out whole whatever the size of the chunks) {
  auto expected = good_jpegs();
  auto stream = joined(expected);
  for (size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    fixture f;
    f.put(stream, chunk);
    CAF_REQUIRE(f.jpegs == expected);
    CAF_REQUIRE_EQUAL(f.testee.skipped_bytes(), 0u);
    CAF_REQUIRE_EQUAL(f.testee.broken_frames(), 0u);
    CAF_REQUIRE_EQUAL(f.testee.pending_bytes(), 0u);
  }
  CAF_CHECK(!expected.empty());
}

CAF_TEST(a frame is out with its last byte and not before) {
  for (auto& jpeg : good_jpegs()) {
    for (size_t cut = 1; cut < jpeg.size(); ++cut) {
      fixture f;
      f.put(jpeg.data(), cut);
      CAF_REQUIRE(f.jpegs.empty());
      f.put(jpeg.data() + cut, jpeg.size() - cut);
      CAF_REQUIRE(f.jpegs == std::vector<bytes>{jpeg});
    }
  }
  CAF_CHECK(true);
}

CAF_TEST(a frame that the stream breaks off is broken at every length) {
  for (auto& jpeg : good_jpegs()) {
    for (size_t cut = 1; cut < jpeg.size(); ++cut) {
      fixture f;
      f.put(jpeg.data(), cut);
      f.testee.finish();
      CAF_REQUIRE_EQUAL(f.testee.broken_frames(), cut < 3 ? 0u : 1u);
      CAF_REQUIRE_EQUAL(f.testee.skipped_bytes(), cut);
      CAF_REQUIRE_EQUAL(f.testee.pending_bytes(), 0u);
      f.put(plain_jpeg());
      CAF_REQUIRE(f.jpegs == std::vector<bytes>{plain_jpeg()});
    }
  }
  CAF_CHECK(true);
}

CAF_TEST(frames carry their size in pixels) {
  fixture f;
  f.put(joined(good_jpegs()));
  CAF_REQUIRE_EQUAL(f.splits.size(), 5u);
  CAF_CHECK_EQUAL(f.splits[0].width, 64);
  CAF_CHECK_EQUAL(f.splits[0].height, 48);
  CAF_CHECK_EQUAL(f.splits[1].width, 320);
  CAF_CHECK_EQUAL(f.splits[1].height, 240);
  CAF_CHECK_EQUAL(f.splits[2].width, 640);
  CAF_CHECK_EQUAL(f.splits[2].height, 480);
  CAF_CHECK_EQUAL(f.splits[3].width, 16);
  CAF_CHECK_EQUAL(f.splits[4].height, 1);
}

CAF_TEST(only frame headers give the size) {
  for (int code = 0xC0; code <= 0xCF; ++code) {
    fixture f;
    f.put(soi + frame_header(static_cast<uint8_t>(code), 33, 44)
          + scan(coded(9)) + eoi);
    CAF_REQUIRE_EQUAL(f.splits.size(), 1u);
    auto other = code == 0xC4 || code == 0xC8 || code == 0xCC;
    CAF_CHECK_EQUAL(f.splits[0].width, other ? 0 : 33);
    CAF_CHECK_EQUAL(f.splits[0].height, other ? 0 : 44);
  }
}

CAF_TEST(padding and garbage between frames are skipped and counted) {
  auto a = plain_jpeg();
  auto b = progressive_jpeg();
  auto garbage = text("\xFF\xFF\xD9 HTTP/1.1 \xFF\xD8 \xFF\xD8\xD8");
  auto stream = bytes(13, 0) + a + bytes(4096, 0) + b + garbage + a
                + bytes(3, 0xFF) + b;
  auto expected = std::vector<bytes>{a, b, a, b};
  for (size_t chunk : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{1000},
                       stream.size()}) {
    fixture f;
    f.put(stream, chunk);
    CAF_CHECK(f.jpegs == expected);
    CAF_CHECK_EQUAL(f.testee.skipped_bytes(), 13 + 4096 + garbage.size() + 3);
    CAF_CHECK_EQUAL(f.testee.broken_frames(), 0u);
  }
}

CAF_TEST(a frame without end is dropped where the next one starts) {
  auto cut = plain_jpeg();
  cut.resize(cut.size() - 2);
  auto headless = soi + segment(0xDB, bytes(65, 1));
  for (size_t chunk = 1; chunk < 500; ++chunk) {
    fixture f;
    f.put(cut + headless + soi + plain_jpeg(), chunk);
    CAF_REQUIRE(f.jpegs == std::vector<bytes>{plain_jpeg()});
    // The lone start marker in front of the last frame is one, too.
    CAF_REQUIRE_EQUAL(f.testee.broken_frames(), 3u);
    CAF_REQUIRE_EQUAL(f.testee.skipped_bytes(),
                      cut.size() + headless.size() + 2);
  }
  CAF_CHECK(true);
}

CAF_TEST(senseless segments break a frame and the next one comes whole) {
  auto good = plain_jpeg();
  std::vector<bytes> broken{
    soi + bytes{0xFF, 0xDB, 0, 1},                // shorter than its length
    soi + bytes{0xFF, 0xDB, 0, 0},                //
    soi + bytes{0xFF, 0xC0, 0, 6, 8, 0, 1, 0, 1}, // a size that does not fit
    soi + bytes{0xFF, 0x00},                      // stuffing outside of a scan
    soi + bytes{0xFF, 0x42},                      // reserved
    soi + segment(0xE0, {1}) + bytes{7},          // no marker
    soi + eoi,                                    // no picture
    soi + scan({1, 2, 0xFF, 0x17}),               // reserved, in a scan
  };
  for (auto& x : broken) {
    for (size_t chunk : {size_t{1}, size_t{4}, size_t{999}}) {
      fixture f;
      f.put(good + x + good, chunk);
      CAF_CHECK(f.jpegs == (std::vector<bytes>{good, good}));
      CAF_CHECK_EQUAL(f.testee.broken_frames(), 1u);
      CAF_CHECK_EQUAL(f.testee.skipped_bytes(), x.size());
    }
  }
}

CAF_TEST(a frame of the largest size passes and a longer one is dropped) {
  auto good = plain_jpeg(64, 48, 200);
  auto large = plain_jpeg(64, 48, 201);
  auto huge = plain_jpeg(64, 48, 90'000);
  auto segments = soi + segment(0xE1, bytes(good.size(), 5)) + scan({}) + eoi;
  auto stream = good + large + good + huge + segments + good;
  for (size_t chunk = 1; chunk < 700; ++chunk) {
    fixture f{good.size()};
    f.put(stream, chunk);
    CAF_REQUIRE(f.jpegs == (std::vector<bytes>{good, good, good}));
    CAF_REQUIRE_EQUAL(f.testee.broken_frames(), 3u);
    CAF_REQUIRE_EQUAL(f.testee.skipped_bytes(),
                      large.size() + huge.size() + segments.size());
  }
  CAF_CHECK(true);
}

CAF_TEST(memory stays bounded when no frame ever ends) {
  fixture f{10'000};
  f.put(soi + scan({}));
  size_t largest = 0;
  for (int i = 0; i < 200; ++i) {
    f.put(bytes(997, 0x55));
    largest = std::max(largest, f.testee.pending_bytes());
  }
  CAF_CHECK(largest <= 10'000 + 997);
  CAF_CHECK_EQUAL(f.testee.broken_frames(), 1u);
}

CAF_TEST(a frame has the time of the chunk that its first byte came in) {
  auto a = plain_jpeg(64, 48, 20);
  auto stream = bytes(5, 0) + a + a + bytes(2, 0xFF) + a + a;
  std::vector<size_t> begins{5, 5 + a.size(), 7 + 2 * a.size(),
                             7 + 3 * a.size()};
  for (size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    fixture f;
    f.put(stream, chunk);
    CAF_REQUIRE_EQUAL(f.splits.size(), begins.size());
    for (size_t i = 0; i < begins.size(); ++i)
      CAF_REQUIRE_EQUAL(f.splits[i].first_byte_ns,
                        static_cast<int64_t>(begins[i] / chunk + 1));
  }
  CAF_CHECK(true);
}

CAF_TEST(times are right where chunks pile up before the first look) {
  auto a = plain_jpeg(64, 48, 20);
  fixture f;
  for (int64_t i = 1; i <= 4; ++i) {
    auto room = f.testee.prepare(a.size());
    memcpy(room.data, a.data(), a.size());
    f.testee.commit(a.size(), i * 100);
  }
  f.drain();
  CAF_REQUIRE_EQUAL(f.splits.size(), 4u);
  for (size_t i = 0; i < 4; ++i)
    CAF_CHECK_EQUAL(f.splits[i].first_byte_ns,
                    static_cast<int64_t>(i + 1) * 100);
}

CAF_TEST(steady large frames are read in place without waste) {
  auto jpeg = plain_jpeg(1920, 1080, 200'000);
  fixture f;
  f.put(jpeg, 16'384);
  for (int i = 0; i < 5; ++i) {
    auto room = f.testee.prepare(16'384);
    CAF_CHECK(room.size >= jpeg.size());
    memcpy(room.data, jpeg.data(), jpeg.size());
    f.testee.commit(jpeg.size(), 1);
    auto x = f.testee.next();
    CAF_REQUIRE(x);
    CAF_CHECK(x->jpeg.data() == room.data);
    CAF_CHECK(x->jpeg.capacity() <= jpeg.size() + jpeg.size() / 2);
  }
}

CAF_TEST(small frames take no more memory than they need) {
  auto jpeg = plain_jpeg();
  fixture f;
  for (int i = 0; i < 10; ++i)
    f.put(jpeg + jpeg + jpeg);
  CAF_REQUIRE_EQUAL(f.splits.size(), 30u);
  for (auto& x : f.splits)
    CAF_CHECK_EQUAL(x.jpeg.capacity(), jpeg.size());
}

CAF_TEST(a prepared room has the size asked for and no bytes are an event) {
  fixture f;
  for (size_t n : {size_t{1}, size_t{100}, size_t{1} << 20})
    CAF_CHECK(f.testee.prepare(n).size >= n);
  f.testee.commit(0, 1);
  CAF_CHECK(!f.testee.next());
  CAF_CHECK_EQUAL(f.testee.pending_bytes(), 0u);
}
