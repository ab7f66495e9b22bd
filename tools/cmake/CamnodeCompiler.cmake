# How camnode is compiled: warnings, sanitizers, and the compiler cache.

option(CAMNODE_SANITIZE "Build with AddressSanitizer and UBSan" OFF)
option(CAMNODE_WERROR "Warnings are errors" OFF)
option(CAMNODE_LIBFUZZER "Build the fuzzers alone, for libFuzzer (Clang)" OFF)

add_compile_options(-Wall -Wextra -Wpedantic)
if(CAMNODE_WERROR)
  add_compile_options(-Werror)
endif()

# A program needs the libraries that it calls, and no others: camctl runs where
# there is no libcamera, OpenCV or Qt.
add_link_options(-Wl,--as-needed)

if(CAMNODE_SANITIZE)
  # -g1 and -O0: half the time to compile; line numbers stay in the reports.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  set(CMAKE_CXX_FLAGS_DEBUG "-g1 -O0")
  # After each change a dozen programs are linked: by LLD in half the time.
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=lld CAMNODE_HAS_LLD)
  if(CAMNODE_HAS_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
  # GCC collects its garbage from 400 MB on instead of 128: a fifth less time.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(--param=ggc-min-heapsize=400000 --param=ggc-min-expand=400)
  endif()
endif()

# Whatever the fuzzers run tells libFuzzer which ways it goes. Everywhere, as a
# precompiled header serves those alone who compile with the same sanitizers.
if(CAMNODE_LIBFUZZER)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "CAMNODE_LIBFUZZER wants CXX=clang++ (tools/fuzz)")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The sloppiness lets ccache serve files that use a precompiled header; GCC
# then wants -fpch-preprocess (ccache's manual, "Precompiled headers").
find_program(CAMNODE_CCACHE ccache)
mark_as_advanced(CAMNODE_CCACHE)
if(CAMNODE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CAMNODE_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
