#define CAF_SUITE jpeg_codec

#include "tests/camnode_test.hpp"

#include "actors/base/jpeg_codec.hpp"
#include "actors/camera/jpeg_splitter.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

using namespace camnode;
using namespace camnode_test;

namespace {

/// A picture of a horizontal ramp in luma and one colour.
struct ramp {
  int width;
  int height;
  bytes luma;
  bytes blue;
  bytes red;

  ramp(int w, int h) : width(w), height(h) {
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x)
        luma.push_back(static_cast<uint8_t>(x * 255 / w));
    auto chroma_size = static_cast<size_t>((w + 1) / 2 * ((h + 1) / 2));
    blue.assign(chroma_size, 128);
    red.assign(chroma_size, 128);
  }

  yuv420_view view() const {
    auto half = (width + 1) / 2;
    return {width,
            height,
            {luma.data(), blue.data(), red.data()},
            {width, half, half}};
  }
};

template <class F>
std::string thrown_text(F f) {
  try {
    f();
  } catch (std::runtime_error& x) {
    return x.what();
  }
  return "";
}

struct fixture {
  jpeg_encoder encoder;
  jpeg_decoder decoder;
  bgr_picture out;

  bool decode(const frame_bytes& x, int width, int height) {
    return decoder.decode(x.data(), x.size(), width, height, out);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(jpeg_codec_tests, fixture)

CAF_TEST(what is encoded is decoded nearly the same) {
  for (auto size : {64, 65, 640}) {
    ramp picture{size, 48};
    auto jpeg = encoder.encode(picture.view(), 90);
    CAF_CHECK_EQUAL(jpeg.capacity(), jpeg.size());
    CAF_REQUIRE(decode(jpeg, size, 48));
    CAF_CHECK_EQUAL(out.width, size);
    CAF_CHECK_EQUAL(out.height, 48);
    int worst = 0;
    for (size_t i = 0; i < out.pixels.size(); ++i)
      worst = std::max(worst, std::abs(out.pixels[i] - picture.luma[i / 3]));
    CAF_CHECK(worst < 12);
  }
}

CAF_TEST(colours are those of JFIF) {
  ramp picture{64, 48};
  std::fill(picture.luma.begin(), picture.luma.end(), uint8_t{76});
  std::fill(picture.blue.begin(), picture.blue.end(), uint8_t{85});
  std::fill(picture.red.begin(), picture.red.end(), uint8_t{255});
  CAF_REQUIRE(decode(encoder.encode(picture.view(), 95), 64, 48));
  CAF_CHECK(out.pixels[0] < 12);
  CAF_CHECK(out.pixels[1] < 12);
  CAF_CHECK(out.pixels[2] > 243);
}

CAF_TEST(a comment is right after the start and changes nothing else) {
  ramp picture{64, 48};
  auto plain = encoder.encode(picture.view(), 80);
  for (size_t n : {size_t{1}, size_t{40}, size_t{60'000}}) {
    std::string comment(n, 'c');
    auto jpeg = encoder.encode(picture.view(), 80, comment);
    CAF_REQUIRE_EQUAL(jpeg.size(), plain.size() + 4 + n);
    auto head = soi + segment(0xFE, text(comment));
    CAF_CHECK(memcmp(jpeg.data(), head.data(), head.size()) == 0);
    CAF_CHECK(
      memcmp(jpeg.data() + head.size(), plain.data() + 2, plain.size() - 2)
      == 0);
    CAF_CHECK(decode(jpeg, 64, 48));
  }
}

CAF_TEST(the splitter takes what the encoder makes) {
  ramp picture{320, 240};
  auto jpeg = encoder.encode(picture.view(), 80, "\xFF\xD9 not the end");
  jpeg_splitter splitter;
  auto room = splitter.prepare(jpeg.size());
  memcpy(room.data, jpeg.data(), jpeg.size());
  splitter.commit(jpeg.size(), 1);
  auto x = splitter.next();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->jpeg.size(), jpeg.size());
  CAF_CHECK_EQUAL(x->width, 320);
  CAF_CHECK_EQUAL(x->height, 240);
}

CAF_TEST(what no JPEG can be is refused with a text) {
  ramp picture{64, 48};
  auto encode = [&](yuv420_view x, int quality, const std::string& comment) {
    return thrown_text([&] { encoder.encode(x, quality, comment); });
  };
  auto view = picture.view();
  CAF_CHECK(!encode(view, 0, "").empty());
  CAF_CHECK(!encode(view, 101, "").empty());
  CAF_CHECK(!encode(view, 80, std::string(60'001, 'c')).empty());
  view.planes[1] = nullptr;
  CAF_CHECK(!encode(view, 80, "").empty());
  for (int side : {0, -1, 65'501, 1 << 30}) {
    view = picture.view();
    view.height = side;
    CAF_CHECK(!encode(view, 80, "").empty());
    view = picture.view();
    view.width = side;
    CAF_CHECK(!encode(view, 80, "").empty());
  }
  CAF_CHECK_EQUAL(encode(picture.view(), 80, ""), "");
}

CAF_TEST(a small window gets the smallest scale that covers it) {
  auto jpeg = encoder.encode(ramp{640, 480}.view(), 80);
  struct {
    int want_width;
    int want_height;
    int width;
  } cases[] = {{640, 480, 640}, {2000, 2000, 640}, {321, 241, 640},
               {320, 240, 320}, {320, 400, 320},   {161, 100, 160},
               {80, 60, 80},    {81, 61, 160},     {1, 1, 80}};
  for (auto& x : cases) {
    CAF_REQUIRE(decode(jpeg, x.want_width, x.want_height));
    CAF_CHECK_EQUAL(out.width, x.width);
    CAF_CHECK_EQUAL(out.height, x.width * 3 / 4);
    CAF_CHECK_EQUAL(out.pixels.size(),
                    static_cast<size_t>(out.width * out.height * 3));
  }
}

CAF_TEST(a JPEG truncated at any length is refused at any scale) {
  auto jpeg = encoder.encode(ramp{64, 48}.view(), 80, "a comment");
  for (int want : {64, 8})
    for (size_t n = 0; n < jpeg.size(); ++n) {
      bytes cut{jpeg.data(), jpeg.data() + n};
      CAF_REQUIRE(!decoder.decode(cut.data(), n, want, want, out));
    }
  CAF_CHECK(decode(jpeg, 64, 48));
}

CAF_TEST(garbage is refused and the decoder lives on) {
  auto jpeg = encoder.encode(ramp{64, 48}.view(), 80);
  auto refused = [&](const bytes& x) {
    return !decoder.decode(x.data(), x.size(), 64, 48, out);
  };
  CAF_CHECK(!decoder.decode(nullptr, 0, 64, 48, out));
  CAF_CHECK(refused(bytes(1000, 0)));
  CAF_CHECK(refused(bytes(1000, 0xFF)));
  CAF_CHECK(refused(text("HTTP/1.1 200 OK\r\n\r\n")));
  CAF_CHECK(refused(plain_jpeg()));
  CAF_CHECK(refused(progressive_jpeg()));
  CAF_CHECK(decode(jpeg, 64, 48));
}

CAF_TEST(a picture that claims to be huge costs no memory) {
  auto jpeg = encoder.encode(ramp{64, 48}.view(), 80);
  bytes forged{jpeg.data(), jpeg.data() + jpeg.size()};
  const uint8_t marker[] = {0xFF, 0xC0};
  auto at = std::search(forged.begin(), forged.end(), marker, marker + 2);
  CAF_REQUIRE(at != forged.end());
  for (int side : {0, 4096, 16'384, 16'385, 65'535}) {
    at[5] = at[7] = static_cast<uint8_t>(side >> 8);
    at[6] = at[8] = static_cast<uint8_t>(side);
    out = {};
    CAF_CHECK(!decoder.decode(forged.data(), forged.size(), side, side, out));
    CAF_CHECK(out.pixels.empty());
  }
}

CAF_TEST(flipped bits never break the decoder) {
  auto jpeg = encoder.encode(ramp{64, 48}.view(), 80);
  for (size_t i = 0; i < jpeg.size() * 8; ++i) {
    bytes copy{jpeg.data(), jpeg.data() + jpeg.size()};
    copy[i / 8] ^= static_cast<uint8_t>(1 << i % 8);
    decoder.decode(copy.data(), copy.size(), 64, 48, out);
  }
  CAF_CHECK(decode(jpeg, 64, 48));
}

CAF_TEST_FIXTURE_SCOPE_END()
