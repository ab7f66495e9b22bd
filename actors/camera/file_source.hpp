#pragma once

#include "actors/camera/frame_source.hpp"
#include "actors/camera/pacer.hpp"
#include "actors/camera/video_file.hpp"

#include <string>
#include <thread>

namespace camnode {

struct file_options {
  std::string path;
  double fps;  ///< For files that do not tell their rate; above 0, <= 1000.
  int quality; ///< Of what must be encoded: JPEG quality, 1 to 100.
};

/// Plays a file in an endless loop, as if it were a camera: a row of JPEGs, or
/// anything that libavformat reads. Frames come at their own times, and are
/// captured when they are due: their distances are exactly those of the file.
/// From the last frame to the next first one it is one frame's period.
///
/// Frames that cannot be ready within 1 s of their time are reported as
/// `loss_place::encoder`, damaged ones as `loss_place::source`.
class file_source : public frame_source {
public:
  explicit file_source(file_options options);

  ~file_source() override;

  caf::error start(source_events events) override;

private:
  class player;

  caf::error open();
  void run();

  const file_options options_;
  source_events events_;
  video_file_ptr file_;
  pacer pacer_;
  std::thread thread_;
};

} // namespace camnode
