#define CAF_SUITE jpeg_splitter
#include "tests/camnode_test.hpp"

#include "tests/actors/camera/splitter_fixture.hpp"

#include <algorithm>
#include <cstring>

using namespace camnode;
using namespace camnode_test;

using fixture = splitter_fixture;

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
      if (ends_with_thumbnail(jpeg, cut))
        continue;
      f.put(plain_jpeg());
      f.put(jpeg.data(), cut);
      f.finish();
      CAF_REQUIRE_EQUAL(f.testee.broken_frames(), cut < 3 ? 0u : 1u);
      CAF_REQUIRE_EQUAL(f.testee.skipped_bytes(), cut);
      CAF_REQUIRE_EQUAL(f.testee.pending_bytes(), 0u);
      f.put(plain_jpeg());
      CAF_REQUIRE(f.jpegs == (std::vector<bytes>{plain_jpeg(), plain_jpeg()}));
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
    auto other = code == 0xC4 || code == 0xC8 || code == 0xCC;
    // No decoder takes a picture without one.
    CAF_REQUIRE_EQUAL(f.splits.size(), other ? 0u : 1u);
    CAF_CHECK_EQUAL(f.testee.broken_frames(), other ? 1u : 0u);
    if (!other) {
      CAF_CHECK_EQUAL(f.splits[0].width, 33);
      CAF_CHECK_EQUAL(f.splits[0].height, 44);
    }
  }
}

CAF_TEST(a rest of the source ends a frame without end) {
  auto open = without_end(plain_jpeg());
  fixture f;
  CAF_CHECK(!f.testee.waits_for_rest());
  for (size_t i = 1; i <= 3; ++i) {
    f.put(open);
    CAF_CHECK(f.testee.waits_for_rest());
    f.testee.rest();
    f.drain();
    CAF_CHECK_EQUAL(f.jpegs.size(), i);
    CAF_CHECK(f.jpegs.back() == open);
    CAF_CHECK(!f.testee.waits_for_rest());
  }
  CAF_CHECK_EQUAL(f.testee.broken_frames(), 0u);
}

CAF_TEST(a rest ends nothing where frames have their ends) {
  auto jpeg = plain_jpeg();
  fixture f;
  f.put(jpeg);
  f.put(jpeg.data(), jpeg.size() - 50);
  CAF_CHECK(!f.testee.waits_for_rest());
  f.testee.rest();
  f.drain();
  f.put(jpeg.data() + jpeg.size() - 50, 50);
  CAF_CHECK(f.jpegs == (std::vector<bytes>{jpeg, jpeg}));
}

CAF_TEST(a rest that cut a frame ends no other) {
  auto open = without_end(plain_jpeg());
  fixture f;
  f.put(open.data(), open.size() - 50);
  f.testee.rest();
  f.drain();
  CAF_CHECK_EQUAL(f.jpegs.size(), 1u);
  f.put(open.data() + open.size() - 50, 50);
  f.put(open);
  CAF_CHECK(!f.testee.waits_for_rest());
  f.put(open);
  CAF_CHECK_EQUAL(f.jpegs.size(), 2u);
  CAF_CHECK(f.jpegs.back() == open);
}

CAF_TEST(a frame of the largest size passes and a longer one is dropped) {
  auto good = plain_jpeg(64, 48, 200);
  auto large = plain_jpeg(64, 48, 201);
  auto huge = plain_jpeg(64, 48, 90'000);
  auto segments = soi + segment(0xE1, bytes(good.size(), 5)) + scan({}) + eoi;
  auto stream = good + large + good + huge + good + segments + good;
  for (size_t chunk = 1; chunk < 700; ++chunk) {
    fixture f{good.size()};
    f.put(stream, chunk);
    CAF_REQUIRE(f.jpegs == (std::vector<bytes>{good, good, good, good}));
    CAF_REQUIRE_EQUAL(f.testee.broken_frames(), 3u);
    CAF_REQUIRE_EQUAL(f.testee.skipped_bytes(),
                      large.size() + huge.size() + segments.size());
  }
  CAF_CHECK(true);
}

CAF_TEST(memory stays bounded when no frame ever ends) {
  fixture f{10'000};
  f.put(soi + frame_header(0xC0, 64, 48) + scan({}));
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
