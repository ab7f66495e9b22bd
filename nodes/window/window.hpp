#pragma once

#include "actors/shared/fleet.hpp"
#include "nodes/client/client_board.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace camnode {

/// What draws the window, for `--version`.
std::string window_support();

/// The live picture: one window with a tile for each camera, saying what the
/// camera does and whether its frames are really reaching the disk.
///
/// Main thread only, as OpenCV allows no other; one at a time. Decodes a frame
/// only to show it, at the size shown, and never draws more than half of the
/// time, so that recording has the machine.
class window {
public:
  /// @pre `display_usable()`
  window(std::shared_ptr<const fleet> cameras,
         std::shared_ptr<const client_board> board, std::string title);
  ~window();

  /// Shows what is new, then handles keys for about `wait`.
  /// @returns false once the user has closed the window: by `q`, by Escape or
  ///          by the window manager; also when the display has gone or OpenCV
  ///          fails, which is logged.
  bool show_next(std::chrono::milliseconds wait);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace camnode
