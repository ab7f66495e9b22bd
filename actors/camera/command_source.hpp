#pragma once

#include "actors/camera/frame_source.hpp"
#include "messages/descriptor.hpp"

#include <functional>
#include <string>
#include <thread>

namespace camnode {

/// Frames from a program that writes MJPEG to its stdout, e.g. rpicam-vid. A
/// frame's capture time is when its first byte was read: programs do not tell
/// more. The program gets SIGTERM at the end, and SIGKILL 1 s later.
class command_source : public frame_source {
public:
  /// @param command For `/bin/sh -c`.
  /// @param on_stderr Gets what the program says, line by line, on the
  ///        source's thread (see `bounded_lines`).
  command_source(std::string command,
                 std::function<void(std::string)> on_stderr);

  ~command_source() override;

  caf::error start(source_events events) override;

private:
  const std::string command_;
  const std::function<void(std::string)> on_stderr_;
  unique_fd stop_; ///< An eventfd; readable once the source must end.
  std::thread thread_;
};

} // namespace camnode
