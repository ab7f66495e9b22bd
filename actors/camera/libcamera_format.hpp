#pragma once

#include "actors/camera/libcamera_source.hpp"
#include "actors/camera/raw_picture.hpp"

#include <libcamera/libcamera.h>

#include <caf/error.hpp>

#include <optional>

namespace camnode {

/// The layout that a format stands for; nothing if camnode cannot take it.
std::optional<pixel_layout> layout_of(const libcamera::PixelFormat& x);

/// Chooses a layout for the size that is asked for, in the order in which they
/// are cheap to encode, and the flips.
/// @param buffers How many to ask for.
/// @param config One stream, as generated; validated on success.
/// @returns `ec::bad_configuration` with what the camera offers, in one line.
caf::error choose_format(const libcamera_options& options, unsigned buffers,
                         libcamera::CameraConfiguration& config);

} // namespace camnode
