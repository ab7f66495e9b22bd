#include "actors/camera/libcamera_source.hpp"
#include "messages/error.hpp"

namespace camnode {

// What libcamera_*.cpp define, where there is no libcamera to build with.

namespace {

caf::error no_libcamera() {
  return caf::make_error(ec::unavailable,
                         std::string{
                           "this camnode was built without libcamera"});
}

class missing_source : public frame_source {
public:
  caf::error start(source_events) override {
    return no_libcamera();
  }
};

} // namespace

bool has_libcamera() {
  return false;
}

std::string libcamera_support() {
  return "without libcamera: cameras through camera.source=command";
}

caf::expected<std::string> list_cameras() {
  return no_libcamera();
}

caf::error check_camera(const libcamera_options&) {
  return no_libcamera();
}

frame_source_ptr make_libcamera_source(libcamera_options) {
  return std::make_unique<missing_source>();
}

} // namespace camnode
