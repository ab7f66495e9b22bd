#include "actors/camera/picture_encoder.hpp"

#include <cstring>
#include <exception>
#include <utility>

namespace camnode {

namespace {

captured_frame frame_of(const raw_frame& x, frame_bytes jpeg, uint16_t width,
                        uint16_t height) {
  captured_frame result;
  result.jpeg = std::move(jpeg);
  result.capture_mono_ns = x.capture_mono_ns;
  result.capture_utc_ns = x.capture_utc_ns;
  result.exposure_us = x.exposure_us;
  result.is_timed = x.is_timed;
  result.width = width;
  result.height = height;
  return result;
}

} // namespace

encode_line::outcome picture_encoder::encode(const raw_frame& x, int quality) {
  if (x.picture.layout == pixel_layout::mjpeg)
    return pass_through(x);
  try {
    auto planar = converter_.planar(x.picture);
    return frame_of(x, encoder_.encode(planar, quality),
                    static_cast<uint16_t>(planar.width),
                    static_cast<uint16_t>(planar.height));
  } catch (const std::exception&) {
    return encode_line::loss{loss_place::encoder, 1};
  }
}

encode_line::outcome picture_encoder::pass_through(const raw_frame& x) {
  auto size = x.picture.bytes;
  jpeg_splitter splitter;
  if (size > 0 && size <= max_jpeg_bytes) {
    memcpy(splitter.prepare(size).data, x.picture.planes[0], size);
    splitter.commit(size, x.capture_mono_ns);
    splitter.finish();
  }
  if (auto found = splitter.next())
    return frame_of(x, std::move(found->jpeg), found->width, found->height);
  return encode_line::loss{loss_place::source, 1};
}

} // namespace camnode
