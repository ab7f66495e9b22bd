# Finds the C++ Actor Framework where it ships neither a CMake config nor
# pkg-config files, as in Debian's libcaf-dev.
#
#   find_package(CAF 0.17.6 REQUIRED COMPONENTS core test)
#
# Targets: CAF::core and CAF::test (headers alone). Look in other places with
# CAF_ROOT.

find_path(CAF_INCLUDE_DIR caf/config.hpp)
mark_as_advanced(CAF_INCLUDE_DIR)

# CAF_VERSION is major * 10000 + minor * 100 + patch: 1706 means 0.17.6.
if(CAF_INCLUDE_DIR)
  file(STRINGS ${CAF_INCLUDE_DIR}/caf/config.hpp caf_line
       REGEX "^#define CAF_VERSION [0-9]+$")
  string(REGEX MATCH "[0-9]+" caf_number "${caf_line}")
  if(caf_number)
    math(EXPR caf_major "${caf_number} / 10000")
    math(EXPR caf_minor "${caf_number} / 100 % 100")
    math(EXPR caf_patch "${caf_number} % 100")
    set(CAF_VERSION ${caf_major}.${caf_minor}.${caf_patch})
  endif()
endif()

# Component "test" is a header; the others are one library each.
foreach(part IN LISTS CAF_FIND_COMPONENTS ITEMS core)
  if(part STREQUAL "test")
    find_path(CAF_test_INCLUDE_DIR caf/test/dsl.hpp HINTS ${CAF_INCLUDE_DIR})
    mark_as_advanced(CAF_test_INCLUDE_DIR)
    if(CAF_test_INCLUDE_DIR)
      set(CAF_test_FOUND TRUE)
    endif()
  else()
    find_library(CAF_${part}_LIBRARY caf_${part})
    mark_as_advanced(CAF_${part}_LIBRARY)
    if(CAF_${part}_LIBRARY)
      set(CAF_${part}_FOUND TRUE)
    endif()
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_core_LIBRARY CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION
  HANDLE_COMPONENTS)

function(caf_import part)
  if(NOT CAF_${part}_FOUND OR TARGET CAF::${part})
    return()
  endif()
  if(part STREQUAL "test")
    add_library(CAF::test INTERFACE IMPORTED)
  else()
    add_library(CAF::${part} UNKNOWN IMPORTED)
    set_target_properties(CAF::${part} PROPERTIES
      IMPORTED_LOCATION ${CAF_${part}_LIBRARY})
  endif()
  target_include_directories(CAF::${part} INTERFACE ${CAF_INCLUDE_DIR})
  target_link_libraries(CAF::${part} INTERFACE ${ARGN})
endfunction()

if(CAF_FOUND)
  find_package(Threads REQUIRED)
  caf_import(core Threads::Threads)
  caf_import(test CAF::core)
endif()
