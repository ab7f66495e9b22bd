#define CAF_SUITE picture_encoder

#include "tests/camnode_test.hpp"

#include "actors/camera/picture_encoder.hpp"
#include "tests/actors/jpeg_samples.hpp"

using namespace camnode;
using namespace camnode_test;

namespace {

raw_frame jpeg_frame(const bytes& x) {
  raw_frame result;
  result.picture.layout = pixel_layout::mjpeg;
  result.picture.planes[0] = x.data();
  result.picture.bytes = x.size();
  result.capture_mono_ns = 11;
  result.capture_utc_ns = 22;
  result.exposure_us = 33;
  return result;
}

/// A grey picture, whose chroma says where it is.
struct sample {
  std::vector<uint8_t> luma = std::vector<uint8_t>(80 * 48, 120);
  std::vector<uint8_t> u = std::vector<uint8_t>(40 * 24, 90);
  std::vector<uint8_t> v = std::vector<uint8_t>(40 * 24, 170);

  raw_frame frame() const {
    raw_frame result;
    auto& x = result.picture;
    x.width = 64;
    x.height = 48;
    x.planes[0] = luma.data();
    x.planes[1] = u.data();
    x.planes[2] = v.data();
    x.strides[0] = 80;
    x.strides[1] = 40;
    x.strides[2] = 40;
    return result;
  }
};

/// How much of `plain_jpeg` is a picture: its header and two bytes of data, as
/// one could be half of a start marker.
size_t least_picture(const bytes& whole) {
  return whole.size() - (coded(300) + eoi).size() + 2;
}

const captured_frame& frame_in(const encode_line::outcome& x) {
  CAF_REQUIRE(std::holds_alternative<captured_frame>(x));
  return std::get<captured_frame>(x);
}

} // namespace

CAF_TEST(a planar picture becomes a JPEG with its times) {
  sample picture;
  auto raw = picture.frame();
  raw.capture_mono_ns = 1;
  raw.capture_utc_ns = 2;
  raw.exposure_us = 3;
  raw.is_timed = false;
  picture_encoder testee;
  auto result = testee.encode(raw, 90);
  auto& frame = frame_in(result);
  CAF_CHECK_EQUAL(frame.capture_mono_ns, 1);
  CAF_CHECK_EQUAL(frame.capture_utc_ns, 2);
  CAF_CHECK_EQUAL(frame.exposure_us, 3);
  CAF_CHECK(!frame.is_timed);
  CAF_CHECK_EQUAL(frame.width, 64);
  CAF_CHECK_EQUAL(frame.height, 48);
  jpeg_decoder decoder;
  bgr_picture out;
  CAF_REQUIRE(
    decoder.decode(frame.jpeg.data(), frame.jpeg.size(), 64, 48, out));
  // Full-range BT.601 of 120, 90, 170.
  CAF_CHECK(std::abs(out.pixels[0] - 53) < 4);
  CAF_CHECK(std::abs(out.pixels[1] - 103) < 4);
  CAF_CHECK(std::abs(out.pixels[2] - 179) < 4);
}

CAF_TEST(the JPEG of a camera stays what it is without its padding) {
  picture_encoder testee;
  for (auto& x : good_jpegs()) {
    auto padded = x + bytes(100, 0);
    auto result = testee.encode(jpeg_frame(padded), 80);
    auto& frame = frame_in(result);
    CAF_CHECK(bytes(frame.jpeg.data(), frame.jpeg.data() + frame.jpeg.size())
              == x);
    CAF_CHECK_EQUAL(frame.capture_mono_ns, 11);
    CAF_CHECK_EQUAL(frame.capture_utc_ns, 22);
    CAF_CHECK_EQUAL(frame.exposure_us, 33);
  }
}

CAF_TEST(a JPEG without a picture is lost at the source at any length) {
  picture_encoder testee;
  auto whole = plain_jpeg();
  for (size_t n = 0; n < least_picture(whole); ++n) {
    bytes cut(whole.begin(), whole.begin() + static_cast<long>(n));
    auto result = testee.encode(jpeg_frame(cut), 80);
    CAF_REQUIRE(std::holds_alternative<encode_line::loss>(result));
    auto& lost = std::get<encode_line::loss>(result);
    CAF_CHECK(lost.place == loss_place::source);
    CAF_CHECK_EQUAL(lost.count, 1u);
  }
}

CAF_TEST(a JPEG without its end stays what it is) {
  picture_encoder testee;
  auto whole = plain_jpeg();
  for (size_t n = least_picture(whole); n < whole.size(); ++n) {
    bytes cut(whole.begin(), whole.begin() + static_cast<long>(n));
    auto result = testee.encode(jpeg_frame(cut), 80);
    auto& frame = frame_in(result);
    CAF_REQUIRE(bytes(frame.jpeg.data(), frame.jpeg.data() + frame.jpeg.size())
                == cut);
  }
}

CAF_TEST(what libjpeg refuses is lost at the encoder) {
  sample picture;
  auto raw = picture.frame();
  picture_encoder testee;
  auto result = testee.encode(raw, 0);
  CAF_REQUIRE(std::holds_alternative<encode_line::loss>(result));
  CAF_CHECK(std::get<encode_line::loss>(result).place == loss_place::encoder);
}
