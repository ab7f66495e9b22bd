# What libraries keep until a process ends is no leak of ours.
set(camnode_leaks "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/data/leaks_of_libraries.txt:print_suppressions=0")

# camnode_add_suites(<target> <test source>...): one CTest entry per suite. A
# suite's name is what the source defines as CAF_SUITE. A run of zero checks is
# a failure, as CAF's engine passes a suite name that matches nothing.
function(camnode_add_suites target)
  foreach(source IN LISTS ARGN)
    file(STRINGS ${source} line REGEX "^#define CAF_SUITE ")
    string(REPLACE "#define CAF_SUITE " "" suite "${line}")
    if(NOT suite)
      message(FATAL_ERROR "${source} defines no CAF_SUITE")
    endif()
    add_test(NAME ${suite} COMMAND ${target} -n -v 3 -r 120 -s "^${suite}$")
    set_tests_properties(${suite} PROPERTIES
      TIMEOUT 150
      ENVIRONMENT "${camnode_leaks}"
      FAIL_REGULAR_EXPRESSION "checks: +0;suites: +0")
  endforeach()
endfunction()

# camnode_add_fuzzer(<source>): with CAMNODE_LIBFUZZER a libFuzzer program, which
# tools/fuzz runs; else a program that mutates the harness's own seeds with a fixed
# random seed, for a bounded number of runs, as a test.
function(camnode_add_fuzzer source)
  get_filename_component(name ${source} NAME_WE)
  if(CAMNODE_LIBFUZZER)
    add_executable(${name} ${source} fuzz/fuzz_corpus.cpp)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE camnode_fuzz_driver)
    add_test(NAME ${name} COMMAND ${name} 5000)
    set_tests_properties(${name} PROPERTIES TIMEOUT 120)
  endif()
  target_link_libraries(${name} PRIVATE camnode_camctl)
  target_precompile_headers(${name} REUSE_FROM camnode_messages)
endfunction()
