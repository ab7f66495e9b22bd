#pragma once

#include "actors/camera/frame_source.hpp"
#include "actors/camera/pacer.hpp"

#include <string>
#include <thread>

namespace camnode {

struct pattern_options {
  std::string id; ///< Shown in the picture.
  int width;      ///< Even, 64 to 4096.
  int height;     ///< Even, 48 to 4096.
  double fps;     ///< Above 0, at most 1000.
  int quality;    ///< JPEG quality, 1 to 100.
};

/// A camera without hardware: test pictures at a steady rate. Each is stamped
/// with its number, counted from 1 (see `test_pattern`), and says once more in
/// its JPEG comment `camnode frame=<number> mono=<capture ns> utc=<ns>`.
///
/// Frames are due at fixed instants. When encoding takes too long, instants
/// are skipped: their numbers are left out and reported as
/// `loss_place::encoder`.
class pattern_source : public frame_source {
public:
  explicit pattern_source(pattern_options options);

  ~pattern_source() override;

  caf::error start(source_events events) override;

private:
  void run();

  const pattern_options options_;
  source_events events_;
  pacer pacer_;
  std::thread thread_;
};

} // namespace camnode
