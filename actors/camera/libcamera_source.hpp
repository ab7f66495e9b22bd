#pragma once

#include "actors/camera/frame_source.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <string>

namespace camnode {

enum class autofocus { by_camera, manual, once, continuous };

enum class hdr { off, single, multi, night };

struct libcamera_options {
  uint16_t width = 1280;
  uint16_t height = 720;
  double fps = 30;
  uint16_t quality = 80;       ///< JPEG quality, 1 to 100.
  uint32_t bitrate_kbit_s = 0; ///< What to steer the quality to; 0: fixed.
  uint16_t encode_threads = 0; ///< 0: processors - 1, at least 1.
  std::string id;              ///< Empty: the first camera.
  uint32_t exposure_us = 0;    ///< 0: automatic.
  double gain = 0;             ///< 0: automatic.
  autofocus focus = autofocus::by_camera;
  double lens_dioptres = -1;          ///< -1: as it is.
  std::string white_balance = "auto"; ///< See `parse_white_balance`.
  bool hflip = false;
  bool vflip = false;
  hdr range = hdr::off;
};

/// Whether camnode was built with libcamera.
bool has_libcamera();

/// One line: the versions of libcamera built with and running, or that there is
/// none.
std::string libcamera_support();

/// All cameras, for people: sizes, rates and controls.
/// @returns `ec::unavailable` without libcamera or without cameras.
caf::expected<std::string> list_cameras();

/// Checks options against the camera that they name, without using it.
/// @returns `ec::bad_configuration` with what would be right, `ec::open_failed`
///          if there is no such camera now, `ec::unavailable` without
///          libcamera.
caf::error check_camera(const libcamera_options& options);

/// A camera through libcamera. Frames have the times and exposures that the
/// sensor had. Ends if the camera is unplugged, or takes a picture request and
/// does not complete it: within 2 s, or five frames of a slow camera.
///
/// There is one libcamera in a process, which ends with the last source.
frame_source_ptr make_libcamera_source(libcamera_options options);

} // namespace camnode
