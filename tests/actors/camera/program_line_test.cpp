#define CAF_SUITE program_line
#include "tests/camnode_test.hpp"

#include "actors/camera/program_line.hpp"

using namespace camnode;

namespace {

void check(log_level level, std::initializer_list<const char*> lines) {
  for (auto line : lines)
    CAF_CHECK_EQUAL(std::string{line} + ": " + to_string(level_of_line(line)),
                    std::string{line} + ": " + to_string(level));
}

} // namespace

CAF_TEST(errors of camera programs are errors) {
  check(log_level::error,
        {"[0:12:34.567890] [1234] ERROR V4L2 v4l2_videodevice.cpp:1241 busy",
         "[1:02:03.4] [77]  FATAL default", "ERROR: *** no cameras ***",
         "error: cannot open", "Error opening input file /dev/video0.",
         "[mjpeg @ 0x55d0c0] [error] overread 8", "[fatal] no device",
         "0:00:00.046 4711 0x55a1c0 ERROR v4l2src gstv4l2src.c:1: no caps",
         "\x1b[31mERROR\x1b[0m all is lost",
         "?[1;31mERROR ?[0mV4L2 as control characters are shown",
         "CRITICAL:root:no camera"});
}

CAF_TEST(warnings of camera programs are warnings) {
  check(log_level::warning,
        {"[0:12:34.5] [1234]  WARN RPiSdn sdn.cpp:40 Using legacy SDN tuning",
         "WARNING:root:slow", "warning: deprecated pixel format",
         "[swscaler @ 0x5] [warning] deprecated pixel format used"});
}

CAF_TEST(other lines are no more than information) {
  check(log_level::info,
        {"", " ", "[", "[]", "::", "Errors: 0", "errorless", "no error",
         "[0:12:34.5] [1234]  INFO Camera camera_manager.cpp:313 libcamera",
         "frame= 100 fps= 30 q=2.0 size=N/A time=00:00:03.33 error",
         "Press [q] to stop", "#1 (30.00 fps) exp 33251.00"});
}
