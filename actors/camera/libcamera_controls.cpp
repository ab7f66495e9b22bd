#include "actors/camera/libcamera_controls.hpp"

#include "actors/camera/white_balance.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace camnode {

namespace {

namespace lc = libcamera;

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
    return complaint_.empty()
             ? caf::error{}
             : caf::make_error(ec::bad_configuration, complaint_);
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
