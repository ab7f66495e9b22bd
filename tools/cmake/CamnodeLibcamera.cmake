# Target camnode_libcamera, or a word that there is none. What differs between
# the versions 0.0.3 (Debian 12) to 0.7 are definitions of that target.
include(CheckCXXSourceCompiles)

pkg_check_modules(LIBCAMERA IMPORTED_TARGET libcamera)
if(NOT LIBCAMERA_FOUND)
  message(STATUS "libcamera not found: cameras through camera.source=command only")
  return()
endif()

add_library(camnode_libcamera INTERFACE)
target_link_libraries(camnode_libcamera INTERFACE PkgConfig::LIBCAMERA)

# camnode_libcamera_has(<definition> <expression>): defines it where the
# expression compiles.
function(camnode_libcamera_has definition expression)
  set(CMAKE_REQUIRED_QUIET ON)
  set(CMAKE_REQUIRED_FLAGS "-std=c++17")
  set(CMAKE_REQUIRED_INCLUDES ${LIBCAMERA_INCLUDE_DIRS})
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  check_cxx_source_compiles("
    #include <libcamera/libcamera.h>
    auto f(libcamera::CameraConfiguration& config) {
      (void)config;
      return ${expression};
    }" ${definition})
  if(${definition})
    target_compile_definitions(camnode_libcamera INTERFACE ${definition})
  endif()
endfunction()

# Flips are an orientation instead of a transform (0.2).
camnode_libcamera_has(CAMNODE_LIBCAMERA_HAS_ORIENTATION "config.orientation")
# Cameras may have modes of high dynamic range (0.2).
camnode_libcamera_has(CAMNODE_LIBCAMERA_HAS_HDR
  "libcamera::controls::HdrModeOff")
# Exposure time and gain are automatic or manual one by one (0.5).
camnode_libcamera_has(CAMNODE_LIBCAMERA_HAS_EXPOSURE_MODE
  "libcamera::controls::ExposureTimeModeManual")
# Status and number of a frame are filled in by all pipelines (0.5, the version
# that brought this status; before, some left them uninitialised).
camnode_libcamera_has(CAMNODE_LIBCAMERA_FILLS_METADATA
  "libcamera::FrameMetadata::FrameStartup")
