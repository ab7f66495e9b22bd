#include "actors/camera/libcamera_manager.hpp"

#include "messages/error.hpp"

#include <cstdlib>
#include <mutex>
#include <system_error>

namespace camnode {

namespace {

/// The one manager. Its mutex is held while it starts and stops, so that none
/// starts before the last one is gone.
struct shared_manager {
  std::mutex mutex;
  int shares = 0;
  std::unique_ptr<libcamera::CameraManager> manager;
};

shared_manager& the_manager() {
  static shared_manager result;
  return result;
}

} // namespace

std::string libcamera_error_text(int result) {
  return std::generic_category().message(std::abs(result));
}

libcamera_manager::~libcamera_manager() {
  if (!manager_)
    return;
  auto& shared = the_manager();
  std::lock_guard<std::mutex> guard{shared.mutex};
  if (--shared.shares > 0)
    return;
  shared.manager->stop();
  shared.manager.reset();
}

caf::error libcamera_manager::open() {
  auto& shared = the_manager();
  std::lock_guard<std::mutex> guard{shared.mutex};
  if (!shared.manager) {
    auto manager = std::make_unique<libcamera::CameraManager>();
    if (auto result = manager->start(); result < 0)
      return caf::make_error(ec::open_failed, "libcamera does not start: "
                                                + libcamera_error_text(result));
    shared.manager = std::move(manager);
  }
  ++shared.shares;
  manager_ = shared.manager.get();
  return caf::none;
}

std::vector<std::shared_ptr<libcamera::Camera>>
libcamera_manager::cameras() const {
  return manager_->cameras();
}

caf::error
libcamera_manager::find(const std::string& id,
                        std::shared_ptr<libcamera::Camera>& out) const {
  std::string known;
  for (auto& x : cameras()) {
    if (id.empty() || x->id() == id) {
      out = x;
      return caf::none;
    }
    known += (known.empty() ? "" : ", ") + x->id();
  }
  if (known.empty())
    return caf::make_error(
      ec::unavailable,
      std::string{"libcamera finds no camera: is one connected, and may this "
                  "user open /dev/media* and /dev/video* (group video)?"});
  return caf::make_error(ec::open_failed,
                         "camera.id=" + id + ": no such camera; want " + known);
}

} // namespace camnode
