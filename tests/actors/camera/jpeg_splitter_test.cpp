#define CAF_SUITE jpeg_splitter

#include "tests/camnode_test.hpp"

#include "actors/camera/jpeg_splitter.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

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

  void finish() {
    testee.finish();
    drain();
  }

  /// Hands in all that there is of a stream.
  void put_all(const bytes& x, size_t chunk) {
    put(x, chunk);
    finish();
  }

  void put(const bytes& x, size_t chunk) {
    for (size_t i = 0; i < x.size(); i += chunk)
      put(x.data() + i, std::min(chunk, x.size() - i));
  }
};

/// The same bytes could be a damaged length that swallowed a whole frame.
bool ends_with_thumbnail(const bytes& x, size_t cut) {
  constexpr size_t thumbnail_end = 12 + 429;
  return x == jpeg_with_thumbnail()
         && (cut == thumbnail_end || cut == thumbnail_end + 1);
}

/// Whether more than a start marker and fill bytes are there.
bool has_begun(const bytes& x) {
  return std::any_of(x.begin() + 2, x.end(), [](auto y) { return y != 0xFF; });
}

/// With a thumbnail, as cameras write it.
bytes exif_jpeg() {
  return soi + segment(0xE1, bytes{'E', 'x', 'i', 'f', 0, 0} + plain_jpeg(8, 8))
         + segment(0xDB, bytes(65, 1)) + frame_header(0xC0, 320, 240)
         + scan(coded(100)) + eoi;
}

bytes without_end(bytes x) {
  x.resize(x.size() - 2);
  return x;
}

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

CAF_TEST(a frame without end ends where the next one starts) {
  auto open = without_end(plain_jpeg());
  auto headless = soi + segment(0xDB, bytes(65, 1));
  for (size_t chunk = 1; chunk < 500; ++chunk) {
    fixture f;
    f.put(open + headless + soi + plain_jpeg(), chunk);
    CAF_REQUIRE(f.jpegs == (std::vector<bytes>{plain_jpeg()}));
    // What follows it is no sound header, so it is damaged.
    CAF_REQUIRE_EQUAL(f.testee.broken_frames(), 1u);
  }
  for (auto& jpeg : good_jpegs()) {
    for (size_t chunk : {size_t{1}, size_t{50}, jpeg.size(), size_t{1} << 20}) {
      fixture f;
      auto expected = without_end(jpeg);
      f.put_all(expected + expected + jpeg + expected + jpeg, chunk);
      CAF_CHECK(
        f.jpegs
        == (std::vector<bytes>{expected, expected, jpeg, expected, jpeg}));
      CAF_CHECK_EQUAL(f.testee.broken_frames(), 0u);
    }
  }
}

CAF_TEST(the last frame without end ends with the stream) {
  auto open = without_end(plain_jpeg());
  fixture f;
  f.put(open + open);
  CAF_CHECK(f.jpegs == std::vector<bytes>{open});
  f.finish();
  CAF_CHECK(f.jpegs == (std::vector<bytes>{open, open}));
  CAF_CHECK_EQUAL(f.testee.broken_frames(), 0u);
  CAF_CHECK_EQUAL(f.testee.pending_bytes(), 0u);
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

CAF_TEST(a start marker that is there twice is no frame) {
  for (size_t chunk : {size_t{1}, size_t{3}, size_t{999}}) {
    fixture f;
    f.put(soi + plain_jpeg() + soi + soi + jpeg_with_thumbnail(), chunk);
    CAF_CHECK(f.jpegs
              == (std::vector<bytes>{plain_jpeg(), jpeg_with_thumbnail()}));
    CAF_CHECK_EQUAL(f.testee.broken_frames(), 0u);
    CAF_CHECK_EQUAL(f.testee.skipped_bytes(), 6u);
  }
}

CAF_TEST(bytes between the segments of a header do no harm) {
  for (auto& gap : {bytes{0, 0, 0}, bytes{7}, bytes{0xFF, 0}, bytes(900, 1),
                    bytes{0xFF, 0x42, 0xFF, 0xFF}}) {
    auto jpeg = soi + segment(0xE0, bytes(14, 1)) + gap
                + segment(0xDB, bytes(65, 1)) + gap + frame_header(0xC0, 64, 48)
                + gap + scan(coded(50)) + eoi;
    for (size_t chunk : {size_t{1}, size_t{10}, jpeg.size()}) {
      fixture f;
      f.put(jpeg + jpeg, chunk);
      CAF_CHECK(f.jpegs == (std::vector<bytes>{jpeg, jpeg}));
      CAF_CHECK_EQUAL(f.testee.broken_frames(), 0u);
      CAF_CHECK_EQUAL(f.splits.back().width, 64);
    }
  }
}

CAF_TEST(a damaged byte that reads as a segment swallows no other frame) {
  auto good = plain_jpeg(64, 48, 2000);
  auto scan_begin = good.size() - 2000;
  for (auto code : {0xC4, 0xC5, 0xDA, 0xDB, 0xDD, 0xE1, 0xEF, 0xFE, 0x42}) {
    for (size_t at = scan_begin; at + 4 < good.size(); at += 97) {
      auto damaged = good;
      damaged[at] = 0xFF;
      damaged[at + 1] = static_cast<uint8_t>(code);
      for (uint8_t length : {0x00, 0x01, 0x40, 0xFF}) {
        damaged[at + 2] = length;
        fixture f;
        f.put_all(good + damaged + joined(std::vector<bytes>(40, good)), 4096);
        // What nobody can tell from a picture with two scans may be out.
        CAF_REQUIRE_EQUAL(f.jpegs.size() + f.testee.broken_frames(), 42u);
        CAF_REQUIRE_EQUAL(std::count(f.jpegs.begin(), f.jpegs.end(), good), 41);
        CAF_REQUIRE(f.testee.broken_frames() == 1 || code == 0xDA);
        CAF_REQUIRE_EQUAL(f.testee.broken_frames() == 0,
                          f.testee.broken_reason() == std::string{});
      }
    }
  }
}

CAF_TEST(a length of a header that is too long swallows no other frame) {
  auto good = exif_jpeg();
  for (size_t at : {4, 5}) {
    for (int value = 0; value < 256; value += 5) {
      auto damaged = good;
      damaged[at] = static_cast<uint8_t>(value);
      if (damaged == good)
        continue;
      for (size_t chunk : {size_t{100}, size_t{1} << 20}) {
        fixture f;
        f.put_all(good + damaged + joined(std::vector<bytes>(200, good)),
                  chunk);
        CAF_REQUIRE(f.jpegs.front() == good);
        CAF_REQUIRE(f.jpegs.size() >= 201);
        CAF_REQUIRE(std::vector<bytes>(f.jpegs.end() - 200, f.jpegs.end())
                    == std::vector<bytes>(200, good));
      }
    }
  }
}

CAF_TEST(a frame that is cut anywhere costs no other frame) {
  auto first = progressive_jpeg();
  for (auto& cut_one : good_jpegs()) {
    for (auto& last : {plain_jpeg(), jpeg_with_thumbnail(), progressive_jpeg()})
      for (size_t cut = 3; cut < cut_one.size() - 2; ++cut) {
        auto part = bytes(cut_one.begin(),
                          cut_one.begin() + static_cast<long>(cut));
        if (!has_begun(part) || ends_with_thumbnail(cut_one, cut))
          continue;
        fixture f;
        f.put_all(first + part + last, 100);
        CAF_REQUIRE(f.jpegs.size() == 2 || f.jpegs.size() == 3);
        CAF_REQUIRE(f.jpegs.front() == first);
        CAF_REQUIRE(f.jpegs.back() == last);
        // What was cut is out, or it is a loss; a thumbnail is neither.
        CAF_REQUIRE_EQUAL(f.jpegs.size() + f.testee.broken_frames(), 3u);
        if (f.jpegs.size() == 3)
          CAF_REQUIRE(f.jpegs[1] == part);
      }
  }
}

CAF_TEST(whatever stands between two frames both come out) {
  auto pieces = good_jpegs();
  std::vector<bytes> lasts{plain_jpeg(), exif_jpeg(), plain_jpeg(1, 1, 0)};
  std::mt19937 dice{4711};
  auto roll = [&](size_t n) {
    return std::uniform_int_distribution<size_t>{0, n - 1}(dice);
  };
  std::vector<bytes> words{soi,
                           eoi,
                           soi + bytes{0xFF},
                           bytes{0xFF, 0xE0, 0xFF, 0xFF},
                           bytes{0xFF},
                           bytes{0xFF, 0xE1, 0x00, 0x04},
                           bytes{0xFF, 0xDB, 0x00, 0x43},
                           bytes(3, 0),
                           frame_header(0xC0, 32, 32),
                           scan({}),
                           scan(coded(30)),
                           bytes{0xFF, 0xC4, 0x01, 0x00},
                           bytes{0xFF, 0xD0},
                           bytes{0xFF, 0xDA, 0, 40}};
  for (int i = 0; i < 5000; ++i) {
    auto first = pieces[roll(pieces.size())];
    auto last = lasts[roll(lasts.size())];
    bytes between;
    for (auto n = roll(7); n > 0; --n) {
      auto& piece = pieces[roll(pieces.size())];
      auto begin = roll(piece.size());
      auto end = begin + roll(piece.size() - begin + 1);
      auto kind = roll(4);
      if (kind == 0)
        between = between
                  + bytes(piece.begin() + static_cast<long>(begin),
                          piece.begin() + static_cast<long>(end));
      else if (kind == 1)
        between.push_back(static_cast<uint8_t>(roll(256)));
      else
        between = between + words[roll(words.size())];
    }
    fixture f;
    f.put_all(first + between + last, 1 + roll(300));
    CAF_REQUIRE(!f.jpegs.empty());
    CAF_REQUIRE(f.jpegs.front() == first);
    CAF_REQUIRE(f.jpegs.back() == last);
    size_t handed_out = 0;
    for (auto& x : f.jpegs)
      handed_out += x.size();
    CAF_REQUIRE_EQUAL(handed_out + f.testee.skipped_bytes(),
                      first.size() + between.size() + last.size());
  }
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
