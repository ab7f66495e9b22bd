#define CAF_SUITE jpeg_damage
#include "tests/camnode_test.hpp"

#include "tests/actors/camera/splitter_fixture.hpp"

#include <algorithm>
#include <random>

using namespace camnode;
using namespace camnode_test;

using fixture = splitter_fixture;

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
