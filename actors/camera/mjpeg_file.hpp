#pragma once

#include "actors/camera/jpeg_splitter.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace camnode {

/// A row of JPEGs without a container, shown at a fixed rate. All calls may
/// block on the disk.
class mjpeg_file {
public:
  /// @param fps Above 0.
  mjpeg_file(std::string path, double fps);

  /// Moves on to the next frame.
  /// @returns Its time since the first frame (ns, never decreasing), or
  ///          nothing after the last one.
  std::optional<int64_t> advance();

  /// The frame that `advance` moved to. Called once per frame at most.
  split_jpeg take();

  /// Opens the file, or moves back to before its first frame.
  /// @returns `ec::open_failed` with path and reason.
  caf::error rewind();

  /// How long a frame is shown, ns.
  int64_t period_ns() const;

  /// Frames of the file that were damaged, so far.
  uint64_t broken_frames() const;

  /// Why the last one of them was no picture, in words.
  std::string broken_reason() const;

private:
  const std::string path_;
  const double fps_;
  std::ifstream file_;
  jpeg_splitter splitter_;
  std::optional<split_jpeg> jpeg_;
  uint64_t index_ = 0;
  bool over_ = false; ///< The file's last byte is in the splitter.
};

} // namespace camnode
