#pragma once

// The test framework, ready to use. Include it behind `#define CAF_SUITE`.

// Without a name yet, this is being precompiled: dsl.hpp then gives a default.
#ifndef CAF_SUITE
#  define CAMNODE_TEST_UNNAMED
#endif

#include <caf/test/dsl.hpp>

#ifdef CAMNODE_TEST_UNNAMED
#  undef CAF_SUITE
#endif

// dsl.hpp of CAF 0.17 uses a macro that it does not define.
#define FAIL CAF_FAIL
