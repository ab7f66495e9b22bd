#pragma once

#include "actors/camera/libcamera_buffers.hpp"
#include "actors/camera/libcamera_completions.hpp"
#include "actors/camera/libcamera_manager.hpp"
#include "actors/camera/libcamera_source.hpp"

#include <libcamera/libcamera.h>

#include <caf/error.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace camnode {

/// A camera of libcamera that is ours from `open` to `close`: configured, with
/// its buffers and requests. Errors are `ec::open_failed` with the camera and
/// what is wrong, or `ec::bad_configuration` with what would be right.
class libcamera_camera {
public:
  libcamera_camera() = default;

  ~libcamera_camera() {
    close();
  }

  /// Acquires and configures the camera, and gets memory for its pictures.
  /// @param buffers How many to ask for; a camera may give another number.
  caf::error open(const libcamera_options& options, unsigned buffers);

  /// Starts the camera and gives it all requests.
  /// @param completions Is told of them, until `close`.
  caf::error start(libcamera_completions& completions);

  /// Gives a request that is complete back to the camera, for the next picture.
  /// Does nothing after `stop_queueing`. Callable from any thread.
  void queue(libcamera::Request* x);

  /// Behind this call no request goes to the camera any more.
  void stop_queueing();

  /// Stops and releases the camera, whatever state it is in. Nobody may read
  /// pictures any more.
  void close();

  const libcamera_buffers& buffers() const {
    return *buffers_;
  }

  /// Whether its pictures have the limited range.
  bool is_limited() const {
    auto& space = config_->at(0).colorSpace;
    return space && space->range == libcamera::ColorSpace::Range::Limited;
  }

  /// For logs and errors: `camera ID`.
  std::string name() const {
    return "camera '" + id_ + "'";
  }

private:
  caf::error acquire();
  caf::error configure(const libcamera_options& options, unsigned buffers);
  caf::error make_requests();
  caf::error failure(const std::string& what) const;
  void log_start() const;

  std::string id_;
  libcamera_manager manager_;
  std::shared_ptr<libcamera::Camera> camera_;
  bool acquired_ = false;
  std::unique_ptr<libcamera::CameraConfiguration> config_;
  std::unique_ptr<libcamera_buffers> buffers_;
  std::unique_ptr<libcamera::ControlList> controls_;
  std::vector<std::unique_ptr<libcamera::Request>> requests_;
  libcamera_completions* completions_ = nullptr;
  std::mutex queueing_mutex_;
  bool queueing_ = false;
  bool started_ = false;
};

} // namespace camnode
