#pragma once

#include "actors/base/log.hpp"

#include <string_view>

namespace camnode {

/// How severe what a camera's program says is, by how libcamera, rpicam-apps,
/// FFmpeg, GStreamer and others write it: a word such as `ERROR` or `Warning`
/// at the beginning, after times, numbers, and what is in brackets. `info` for
/// any other line.
log_level level_of_line(std::string_view line);

} // namespace camnode
