#pragma once

#include "messages/frame.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace camnode {

/// What `file_source` asks of a file with moving pictures. All calls may
/// block on the disk and on a decoder.
class video_file {
public:
  struct picture {
    frame_bytes jpeg;
    uint16_t width = 0;
    uint16_t height = 0;
  };

  virtual ~video_file() = default;

  /// Moves on to the next frame.
  /// @returns Its time since the first frame (ns, never decreasing), or
  ///          nothing behind the last one.
  virtual std::optional<int64_t> advance() = 0;

  /// The frame that `advance` moved to. Called once per frame at most.
  /// @throws std::runtime_error if it cannot be encoded.
  virtual picture take() = 0;

  /// Moves back in front of the first frame.
  /// @returns `ec::open_failed`.
  virtual caf::error rewind() = 0;

  /// How long the frame that `advance` moved to last is shown, ns.
  virtual int64_t period_ns() const = 0;

  /// Frames of the file that were damaged, so far.
  virtual uint64_t broken_frames() const = 0;

  /// Why the last one of them was no picture, in words.
  virtual std::string broken_reason() const = 0;
};

using video_file_ptr = std::unique_ptr<video_file>;

/// Opens a row of JPEGs without container, shown at `fps`.
/// @returns `ec::open_failed` with path and reason.
caf::expected<video_file_ptr> open_mjpeg(const std::string& path, double fps);

/// Opens anything that libavformat reads. MJPEG is handed out as it is, other
/// codecs are decoded and encoded at `quality`. Where the file does not tell
/// its rate, `fps` is assumed.
/// @returns `ec::open_failed` with path and reason.
caf::expected<video_file_ptr> open_container(const std::string& path,
                                             double fps, int quality);

} // namespace camnode
