#pragma once

#include "actors/camera/frame_source.hpp"
#include "actors/camera/mjpeg_file.hpp"
#include "actors/camera/pacer.hpp"

#include <optional>
#include <string>
#include <thread>

namespace camnode {

struct file_options {
  std::string path;
  double fps; ///< Above 0, at most 1000.
};

/// Plays a row of JPEGs (MJPEG without a container) in an endless loop, as if
/// it were a camera. Frames are captured when they are due: their distances are
/// exactly one frame's period.
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
  std::optional<mjpeg_file> file_;
  pacer pacer_;
  std::thread thread_;
};

} // namespace camnode
