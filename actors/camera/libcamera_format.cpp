#include "actors/camera/libcamera_format.hpp"

#include "actors/camera/size_list.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace camnode {

namespace {

namespace lc = libcamera;

/// In the order in which camnode likes them. A camera that offers JPEGs is on a
/// USB too narrow for its pictures in YUYV.
const std::pair<lc::PixelFormat, pixel_layout> layouts[] = {
  {lc::formats::YUV420, pixel_layout::yuv420},
  {lc::formats::NV12, pixel_layout::nv12},
  {lc::formats::MJPEG, pixel_layout::mjpeg},
  {lc::formats::YUYV, pixel_layout::yuyv},
};

caf::error refusal(std::string text) {
  return caf::make_error(ec::bad_configuration, std::move(text));
}

/// All sizes that camnode can take.
std::string sizes_of(const lc::StreamFormats& formats) {
  auto plain = [](const lc::Size& x) {
    return size_list::size{x.width, x.height};
  };
  size_list result;
  for (auto& [format, layout] : layouts) {
    auto sizes = formats.sizes(format);
    auto range = formats.range(format);
    auto must_be_even = layout != pixel_layout::mjpeg;
    if (sizes.empty())
      continue;
    if (range.hStep > 0 && range.vStep > 0 && range.min != range.max)
      result.add_range(plain(range.min), plain(range.max),
                       {range.hStep, range.vStep}, must_be_even);
    else
      for (auto& x : sizes)
        result.add(plain(x), must_be_even);
  }
  return result.text();
}

bool offers(const lc::StreamFormats& formats, const lc::PixelFormat& x) {
  auto all = formats.pixelformats();
  return std::find(all.begin(), all.end(), x) != all.end();
}

void ask_flips([[maybe_unused]] const libcamera_options& options,
               lc::CameraConfiguration& config) {
#ifdef CAMNODE_LIBCAMERA_HAS_ORIENTATION
  if (options.vflip)
    config.orientation = options.hflip ? lc::Orientation::Rotate180
                                       : lc::Orientation::Rotate180Mirror;
  else
    config.orientation = options.hflip ? lc::Orientation::Rotate0Mirror
                                       : lc::Orientation::Rotate0;
#else
  config.transform = lc::Transform::Identity;
  if (options.hflip)
    config.transform = config.transform ^ lc::Transform::HFlip;
  if (options.vflip)
    config.transform = config.transform ^ lc::Transform::VFlip;
#endif
}

/// Whether a validated configuration kept the flips that were asked for.
bool keeps_flips(const libcamera_options& options,
                 lc::CameraConfiguration& config) {
#ifdef CAMNODE_LIBCAMERA_HAS_ORIENTATION
  auto got = config.orientation;
  ask_flips(options, config);
  return got == config.orientation;
#else
  auto got = config.transform;
  ask_flips(options, config);
  return got == config.transform;
#endif
}

} // namespace

std::optional<pixel_layout> layout_of(const lc::PixelFormat& x) {
  for (auto& [format, layout] : layouts)
    if (format == x)
      return layout;
  return std::nullopt;
}

caf::error choose_format(const libcamera_options& options, unsigned buffers,
                         lc::CameraConfiguration& config) {
  auto& stream = config.at(0);
  auto formats = stream.formats();
  auto wanted = lc::Size(static_cast<unsigned>(options.width),
                         static_cast<unsigned>(options.height));
  auto even = options.width % 2 == 0 && options.height % 2 == 0;
  for (auto& [format, layout] : layouts) {
    if (!offers(formats, format) || (layout != pixel_layout::mjpeg && !even))
      continue;
    stream.pixelFormat = format;
    stream.size = wanted;
    stream.stride = 0;
    stream.bufferCount = buffers;
    // What JPEG is: full range. A camera that has the limited one alone says so
    // then, and is converted.
    stream.colorSpace = lc::ColorSpace::Sycc;
    ask_flips(options, config);
    if (config.validate() == lc::CameraConfiguration::Invalid
        || stream.pixelFormat != format || stream.size != wanted)
      continue;
    if (!keeps_flips(options, config))
      return refusal("camera.hflip, camera.vflip: this camera cannot flip its "
                     "picture like this; want both false");
    return caf::none;
  }
  auto sizes = sizes_of(formats);
  if (sizes.empty())
    return refusal("the camera offers none of the formats YUV420, NV12, MJPEG "
                   "and YUYV");
  return refusal("camera.width and camera.height=" + wanted.toString()
                 + ": want " + sizes);
}

} // namespace camnode
