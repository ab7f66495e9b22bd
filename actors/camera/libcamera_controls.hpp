#pragma once

#include "actors/camera/libcamera_source.hpp"

#include <libcamera/libcamera.h>

#include <caf/error.hpp>

namespace camnode {

/// Chooses the controls to start with.
/// @param offered The camera's, as they are once it is configured.
/// @returns `ec::bad_configuration` with what the camera offers, in one line.
caf::error choose_controls(const libcamera_options& options,
                           const libcamera::ControlInfoMap& offered,
                           libcamera::ControlList& out);

} // namespace camnode
