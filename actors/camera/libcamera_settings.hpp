#pragma once

#include "actors/camera/libcamera_source.hpp"
#include "actors/camera/raw_picture.hpp"

#include <libcamera/libcamera.h>

#include <caf/error.hpp>

#include <optional>

namespace camnode {

// How the options become what libcamera wants. All return
// `ec::bad_configuration` with what the camera offers, in one line.

/// The layout that a format stands for; nothing if camnode cannot take it.
std::optional<pixel_layout> layout_of(const libcamera::PixelFormat& x);

/// Chooses a layout for the size that is asked for, in the order in which they
/// are cheap to encode, and the flips.
/// @param buffers How many to ask for.
/// @param config One stream, as generated; validated on success.
caf::error choose_format(const libcamera_options& options, unsigned buffers,
                         libcamera::CameraConfiguration& config);

/// Chooses the controls to start with.
/// @param offered The camera's, as they are once it is configured.
caf::error choose_controls(const libcamera_options& options,
                           const libcamera::ControlInfoMap& offered,
                           libcamera::ControlList& out);

} // namespace camnode
