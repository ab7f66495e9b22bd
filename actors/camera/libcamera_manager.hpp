#pragma once

#include <libcamera/libcamera.h>

#include <caf/error.hpp>

#include <memory>
#include <string>
#include <vector>

namespace camnode {

/// A share in the process's libcamera: started by the first one, stopped by the
/// last one, as libcamera aborts if there are two managers. No camera may be
/// held when it goes. Callable from any thread.
class libcamera_manager {
public:
  libcamera_manager() = default;
  ~libcamera_manager();

  libcamera_manager(const libcamera_manager&) = delete;
  libcamera_manager& operator=(const libcamera_manager&) = delete;

  /// @returns `ec::open_failed` with libcamera's reason.
  caf::error open();

  std::vector<std::shared_ptr<libcamera::Camera>> cameras() const;

  /// Finds a camera by its id; the first one if `id` is empty.
  /// @returns `ec::open_failed` with the ids of all cameras if there is none of
  ///          this id, `ec::unavailable` if there is none at all.
  caf::error find(const std::string& id,
                  std::shared_ptr<libcamera::Camera>& out) const;

private:
  libcamera::CameraManager* manager_ = nullptr;
};

/// libcamera's name of an error number that it returned.
std::string libcamera_error_text(int result);

} // namespace camnode
