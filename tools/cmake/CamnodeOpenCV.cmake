# Target camnode_opencv, or a word that there is none.
#
# Debian's OpenCVConfig.cmake is in libopencv-dev alone, which brings half a
# gigabyte that camnode does not need; the packages of the single modules have
# headers and libraries, so look for those where the config is missing.
find_package(OpenCV QUIET COMPONENTS core imgproc highgui)
if(OpenCV_FOUND)
  add_library(camnode_opencv INTERFACE)
  target_link_libraries(camnode_opencv INTERFACE ${OpenCV_LIBS})
else()
  find_path(CAMNODE_OPENCV_INCLUDE opencv2/highgui.hpp PATH_SUFFIXES opencv4)
  set(opencv_libraries)
  foreach(module highgui imgproc core)
    find_library(CAMNODE_OPENCV_${module} opencv_${module})
    mark_as_advanced(CAMNODE_OPENCV_${module})
    list(APPEND opencv_libraries ${CAMNODE_OPENCV_${module}})
  endforeach()
  mark_as_advanced(CAMNODE_OPENCV_INCLUDE)
  if(CAMNODE_OPENCV_INCLUDE AND NOT "${opencv_libraries}" MATCHES NOTFOUND)
    add_library(camnode_opencv INTERFACE)
    target_include_directories(camnode_opencv SYSTEM INTERFACE
                               ${CAMNODE_OPENCV_INCLUDE})
    target_link_libraries(camnode_opencv INTERFACE ${opencv_libraries})
  endif()
endif()
if(NOT TARGET camnode_opencv)
  message(STATUS "OpenCV not found: building without the live window")
endif()
