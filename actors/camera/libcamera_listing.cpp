#include "actors/camera/libcamera_format.hpp"
#include "actors/camera/libcamera_manager.hpp"
#include "messages/error.hpp"

#include <libcamera/version.h>

#include <cstdio>
#include <sstream>

namespace camnode {

namespace {

namespace lc = libcamera;

void list_sizes(std::ostream& out, lc::Camera& camera) {
  auto config = camera.generateConfiguration({lc::StreamRole::VideoRecording});
  if (!config || config->empty()) {
    out << "  no stream\n";
    return;
  }
  auto formats = config->at(0).formats();
  for (auto& format : formats.pixelformats()) {
    out << "  " << format.toString()
        << (layout_of(format) ? ":" : " (not for camnode):");
    auto range = formats.range(format);
    if (range.hStep > 0 && range.min != range.max) {
      out << ' ' << range.min.toString() << " to " << range.max.toString();
    } else {
      for (auto& size : formats.sizes(format))
        out << ' ' << size.toString();
    }
    out << '\n';
  }
}

/// In frames per second, as the camera's durations are of no use to people.
void list_rates(std::ostream& out, const lc::ControlInfo& durations) {
  auto hz_of = [](const lc::ControlValue& x) {
    auto us = x.isArray() ? x.get<lc::Span<const int64_t>>()[0]
                          : x.get<int64_t>();
    char text[32];
    snprintf(text, sizeof(text), "%.4g",
             us > 0 ? 1e6 / static_cast<double>(us) : 0.0);
    return std::string{text};
  };
  out << "  " << hz_of(durations.max()) << " to " << hz_of(durations.min())
      << " fps (may depend on the size)\n";
}

void list_controls(std::ostream& out, const lc::ControlInfoMap& controls) {
  auto durations = controls.find(&lc::controls::FrameDurationLimits);
  if (durations != controls.end())
    list_rates(out, durations->second);
  for (auto& [id, info] : controls)
    out << "  " << id->name() << ' ' << info.toString() << '\n';
}

} // namespace

bool has_libcamera() {
  return true;
}

std::string libcamera_support() {
  return "libcamera " + std::to_string(LIBCAMERA_VERSION_MAJOR) + '.'
         + std::to_string(LIBCAMERA_VERSION_MINOR) + '.'
         + std::to_string(LIBCAMERA_VERSION_PATCH) + " built with, "
         + lc::CameraManager::version() + " running";
}

caf::expected<std::string> list_cameras() {
  libcamera_manager manager;
  if (auto error = manager.open())
    return error;
  std::shared_ptr<lc::Camera> first;
  if (auto error = manager.find({}, first))
    return error;
  first.reset();
  std::ostringstream out;
  for (auto& camera : manager.cameras()) {
    out << camera->id();
    if (auto model = camera->properties().get(lc::properties::Model))
      out << " (" << std::string(*model) << ')';
    out << '\n';
    list_sizes(out, *camera);
    list_controls(out, camera->controls());
  }
  return out.str();
}

} // namespace camnode
