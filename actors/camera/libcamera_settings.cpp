#include "actors/camera/libcamera_settings.hpp"

#include "actors/camera/size_list.hpp"
#include "actors/camera/white_balance.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <type_traits>
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

std::string number(double x) {
  char out[32];
  snprintf(out, sizeof(out), "%.4g", x);
  return out;
}

/// Whole numbers with all of their digits.
template <class T>
std::string text_of(T x) {
  if constexpr (std::is_integral_v<T>)
    return std::to_string(x);
  else
    return number(static_cast<double>(x));
}

void append(std::string& list, const std::string& x) {
  list += (list.empty() ? "" : ", ") + x;
}

// -- format ------------------------------------------------------------------

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

// -- controls ----------------------------------------------------------------

/// Sets controls, and remembers the first complaint.
class control_writer {
public:
  control_writer(const lc::ControlInfoMap& offered, lc::ControlList& out)
    : offered_(offered), out_(out) {
  }

  const lc::ControlInfo* find(const lc::ControlId& id) const {
    auto found = offered_.find(&id);
    return found == offered_.end() ? nullptr : &found->second;
  }

  /// Sets a number, if the camera offers it and it is in range.
  template <class T>
  void number_of(const lc::Control<T>& control, double value,
                 const std::string& option) {
    auto info = find(control);
    if (!info) {
      complain(option + ": this camera has no such control; leave it out");
      return;
    }
    auto min = info->min().template get<T>();
    auto max = info->max().template get<T>();
    if (value < static_cast<double>(min) || value > static_cast<double>(max)) {
      complain(option + ": want " + text_of(min) + " to " + text_of(max));
      return;
    }
    out_.set(control, static_cast<T>(value));
  }

  /// Sets one of several modes, if the camera offers it.
  /// @param name_of Names a mode as the option does, or returns null.
  template <class F>
  void mode_of(const lc::Control<int32_t>& control, int32_t value,
               const std::string& option, F name_of) {
    auto info = find(control);
    if (!info) {
      complain(option + ": this camera has no such control; leave it out");
      return;
    }
    std::string names;
    for (auto& x : modes_of(*info)) {
      if (x == value) {
        out_.set(control, value);
        return;
      }
      if (auto name = name_of(x))
        append(names, name);
    }
    complain(option + ": want " + (names.empty() ? "none" : names));
  }

  /// Sets what goes along with another control, where it exists.
  template <class T>
  void if_there(const lc::Control<T>& control, T value) {
    if (find(control))
      out_.set(control, value);
  }

  void complain(std::string text) {
    if (complaint_.empty())
      complaint_ = std::move(text);
  }

  caf::error error() const {
    return complaint_.empty() ? caf::error{} : refusal(complaint_);
  }

private:
  static std::vector<int32_t> modes_of(const lc::ControlInfo& info) {
    std::vector<int32_t> result;
    for (auto& x : info.values())
      result.push_back(x.get<int32_t>());
    if (!result.empty())
      return result;
    for (auto x = info.min().get<int32_t>(); x <= info.max().get<int32_t>();
         ++x)
      result.push_back(x);
    return result;
  }

  const lc::ControlInfoMap& offered_;
  lc::ControlList& out_;
  std::string complaint_;
};

/// The first number of a value, which some pipelines give as one and some as
/// two.
int64_t first_of(const lc::ControlValue& x) {
  if (x.isArray())
    return x.get<lc::Span<const int64_t>>()[0];
  return x.get<int64_t>();
}

/// A rate below what the camera can do is brought about by `frame_limiter`.
void set_rate(const libcamera_options& options, control_writer& writer,
              lc::ControlList& out) {
  auto info = writer.find(lc::controls::FrameDurationLimits);
  if (!info)
    return;
  auto least_us = first_of(info->min());
  auto most_us = std::max(least_us, first_of(info->max()));
  auto wanted_us = std::llround(1e6 / options.fps);
  // Cameras round: 30 fps may be 33,350 us at least.
  if (least_us > 0
      && static_cast<double>(wanted_us) * 1.01
           < static_cast<double>(least_us)) {
    writer.complain("camera.fps=" + number(options.fps) + ": want at most "
                    + number(1e6 / static_cast<double>(least_us)) + " at "
                    + std::to_string(options.width) + "x"
                    + std::to_string(options.height));
    return;
  }
  auto limit_us = std::clamp<int64_t>(wanted_us, least_us, most_us);
  std::array<int64_t, 2> limits{limit_us, limit_us};
  out.set(lc::controls::FrameDurationLimits,
          lc::Span<const int64_t, 2>(limits));
}

void set_exposure(const libcamera_options& options, control_writer& writer) {
  if (options.exposure_us > 0) {
    auto option = "camera.exposure-us=" + std::to_string(options.exposure_us);
    auto most_us = std::floor(1e6 / options.fps);
    if (options.exposure_us > most_us) {
      writer.complain(option + ": want at most "
                      + std::to_string(std::llround(most_us))
                      + " at this camera.fps");
      return;
    }
#ifdef CAMNODE_LIBCAMERA_HAS_EXPOSURE_MODE
    writer.if_there<int32_t>(lc::controls::ExposureTimeMode,
                             lc::controls::ExposureTimeModeManual);
#endif
    writer.number_of(lc::controls::ExposureTime, options.exposure_us, option);
  }
  if (options.gain > 0) {
#ifdef CAMNODE_LIBCAMERA_HAS_EXPOSURE_MODE
    writer.if_there<int32_t>(lc::controls::AnalogueGainMode,
                             lc::controls::AnalogueGainModeManual);
#endif
    writer.number_of(lc::controls::AnalogueGain, options.gain,
                     "camera.gain=" + number(options.gain));
  }
#ifndef CAMNODE_LIBCAMERA_HAS_EXPOSURE_MODE
  // One of them alone stays automatic beside the other, which is fixed.
  if (options.exposure_us > 0 && options.gain > 0)
    writer.if_there(lc::controls::AeEnable, false);
#endif
}

const char* focus_name(int32_t mode) {
  switch (mode) {
    case lc::controls::AfModeManual:
      return "manual";
    case lc::controls::AfModeAuto:
      return "once";
    case lc::controls::AfModeContinuous:
      return "continuous";
    default:
      return nullptr;
  }
}

void set_focus(const libcamera_options& options, control_writer& writer) {
  int32_t mode = lc::controls::AfModeManual;
  if (options.focus == autofocus::once)
    mode = lc::controls::AfModeAuto;
  else if (options.focus == autofocus::continuous)
    mode = lc::controls::AfModeContinuous;
  if (options.focus != autofocus::by_camera)
    writer.mode_of(lc::controls::AfMode, mode,
                   std::string{"camera.autofocus="} + focus_name(mode),
                   focus_name);
  if (options.focus == autofocus::once)
    writer.if_there<int32_t>(lc::controls::AfTrigger,
                             lc::controls::AfTriggerStart);
  if (options.lens_dioptres >= 0)
    writer.number_of(lc::controls::LensPosition, options.lens_dioptres,
                     "camera.lens-position=" + number(options.lens_dioptres));
}

void set_white_balance(const libcamera_options& options, control_writer& writer,
                       lc::ControlList& out) {
  auto wanted = parse_white_balance(options.white_balance);
  if (!wanted || wanted->mode == 0)
    return;
  auto option = "camera.white-balance=" + options.white_balance;
  if (wanted->mode > 0) {
    writer.if_there(lc::controls::AwbEnable, true);
    writer.mode_of(lc::controls::AwbMode, wanted->mode, option,
                   white_balance_name);
    return;
  }
  if (!writer.find(lc::controls::ColourGains)) {
    writer.complain(option + ": this camera has no fixed gains; leave it out");
    return;
  }
  writer.if_there(lc::controls::AwbEnable, false);
  std::array<float, 2> gains{wanted->red, wanted->blue};
  out.set(lc::controls::ColourGains, lc::Span<const float, 2>(gains));
}

void set_hdr(const libcamera_options& options, control_writer& writer) {
  if (options.range == hdr::off)
    return;
#ifdef CAMNODE_LIBCAMERA_HAS_HDR
  auto name_of = [](int32_t mode) -> const char* {
    switch (mode) {
      case lc::controls::HdrModeOff:
        return "off";
      case lc::controls::HdrModeSingleExposure:
        return "single";
      case lc::controls::HdrModeMultiExposure:
        return "multi";
      case lc::controls::HdrModeNight:
        return "night";
      default:
        return nullptr;
    }
  };
  int32_t mode = lc::controls::HdrModeSingleExposure;
  if (options.range == hdr::multi)
    mode = lc::controls::HdrModeMultiExposure;
  else if (options.range == hdr::night)
    mode = lc::controls::HdrModeNight;
  writer.mode_of(lc::controls::HdrMode, mode,
                 std::string{"camera.hdr="} + name_of(mode), name_of);
#else
  writer.complain("camera.hdr: this libcamera has no such control; want off");
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

caf::error choose_controls(const libcamera_options& options,
                           const lc::ControlInfoMap& offered,
                           lc::ControlList& out) {
  control_writer writer{offered, out};
  set_rate(options, writer, out);
  set_exposure(options, writer);
  set_focus(options, writer);
  set_white_balance(options, writer, out);
  set_hdr(options, writer);
  return writer.error();
}

} // namespace camnode
