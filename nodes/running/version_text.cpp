#include "nodes/running/version_text.hpp"

#include "actors/camera/libcamera_source.hpp"
#include "nodes/running/version.hpp"
#include "nodes/window/window.hpp"

#include <caf/config.hpp>

namespace camnode {

std::string version_text() {
  return "camnode " + version() + "\nCAF " + std::to_string(CAF_MAJOR_VERSION)
         + "." + std::to_string(CAF_MINOR_VERSION) + "."
         + std::to_string(CAF_PATCH_VERSION) + "\n" + window_support() + "\n"
         + libcamera_support() + "\n";
}

} // namespace camnode
