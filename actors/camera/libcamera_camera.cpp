#include "actors/camera/libcamera_camera.hpp"

#include "actors/base/log.hpp"
#include "actors/camera/libcamera_controls.hpp"
#include "actors/camera/libcamera_format.hpp"
#include "messages/error.hpp"

#include <cerrno>

namespace camnode {

namespace lc = libcamera;

caf::error libcamera_camera::open(const libcamera_options& options,
                                  unsigned buffers) {
  id_ = options.id;
  if (auto error = manager_.open())
    return error;
  if (auto error = manager_.find(options.id, camera_))
    return error;
  id_ = camera_->id();
  if (auto error = acquire())
    return error;
  if (auto error = configure(options, buffers))
    return error;
  buffers_ = std::make_unique<libcamera_buffers>();
  if (auto error = buffers_->allocate(camera_, config_->at(0)))
    return error;
  return make_requests();
}

caf::error libcamera_camera::acquire() {
  auto result = camera_->acquire();
  acquired_ = result == 0;
  if (result == -EBUSY)
    return failure("is in use by another program");
  if (result == -ENODEV || result == -EACCES)
    return failure("is gone");
  return result == 0
           ? caf::error{}
           : failure("cannot be used: " + libcamera_error_text(result));
}

caf::error libcamera_camera::configure(const libcamera_options& options,
                                       unsigned buffers) {
  config_ = camera_->generateConfiguration({lc::StreamRole::VideoRecording});
  if (!config_ || config_->empty())
    return failure("offers no stream");
  if (auto error = choose_format(options, buffers, *config_))
    return error;
  if (auto result = camera_->configure(config_.get()); result < 0)
    return failure("refuses its configuration: "
                   + libcamera_error_text(result));
  controls_ = std::make_unique<lc::ControlList>(camera_->controls());
  return choose_controls(options, camera_->controls(), *controls_);
}

caf::error libcamera_camera::make_requests() {
  auto stream = config_->at(0).stream();
  for (auto buffer : buffers_->all()) {
    auto request = camera_->createRequest(requests_.size());
    if (!request || request->addBuffer(stream, buffer) != 0)
      return failure("makes no requests");
    // Some pipelines take no controls at the start.
    if (requests_.empty())
      for (auto& [id, value] : *controls_)
        request->controls().set(id, value);
    requests_.push_back(std::move(request));
  }
  return caf::none;
}

caf::error libcamera_camera::start(libcamera_completions& completions) {
  completions_ = &completions;
  camera_->requestCompleted.connect(completions_,
                                    &libcamera_completions::on_request);
  camera_->disconnected.connect(completions_,
                                &libcamera_completions::on_unplugged);
  if (auto result = camera_->start(controls_.get()); result < 0)
    return failure("does not start: " + libcamera_error_text(result));
  started_ = true;
  log_start();
  std::lock_guard<std::mutex> guard{queueing_mutex_};
  queueing_ = true;
  for (auto& x : requests_)
    if (auto result = camera_->queueRequest(x.get()); result < 0)
      return failure("takes no requests: " + libcamera_error_text(result));
  return caf::none;
}

void libcamera_camera::queue(lc::Request* x) {
  buffers_->end_read(x->buffers().begin()->second);
  std::lock_guard<std::mutex> guard{queueing_mutex_};
  if (!queueing_)
    return;
  x->reuse(lc::Request::ReuseBuffers);
  // A camera that refuses is gone or will be silent, which is noticed.
  camera_->queueRequest(x);
}

void libcamera_camera::stop_queueing() {
  std::lock_guard<std::mutex> guard{queueing_mutex_};
  queueing_ = false;
}

void libcamera_camera::close() {
  stop_queueing();
  if (started_)
    camera_->stop();
  if (completions_) {
    camera_->requestCompleted.disconnect(completions_);
    camera_->disconnected.disconnect(completions_);
  }
  started_ = false;
  completions_ = nullptr;
  // In the order that libcamera needs: what belongs to a camera goes before
  // the camera, and that before the manager.
  requests_.clear();
  controls_.reset();
  buffers_.reset();
  config_.reset();
  if (acquired_)
    camera_->release();
  acquired_ = false;
  camera_.reset();
}

caf::error libcamera_camera::failure(const std::string& what) const {
  return caf::make_error(ec::open_failed, name() + ' ' + what);
}

void libcamera_camera::log_start() const {
  auto& stream = config_->at(0);
  log_info("camera", name(), ": ", stream.toString(), ", ", stream.stride,
           " bytes a row, colours ",
           lc::ColorSpace::toString(stream.colorSpace), ", ", requests_.size(),
           " buffers from ", buffers_->origin());
  using encoding = lc::ColorSpace::YcbcrEncoding;
  auto& space = stream.colorSpace;
  if (space && stream.pixelFormat != lc::formats::MJPEG
      && space->ycbcrEncoding != encoding::Rec601)
    log_warning("camera", name(), ": its colours are those of ",
                space->toString(),
                ", and come out a little wrong, as JPEGs "
                "have those of BT.601");
}

} // namespace camnode
