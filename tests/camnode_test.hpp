#pragma once

// The test framework, ready to use. Include it after `#define CAF_SUITE`.

#include <caf/test/dsl.hpp>

// dsl.hpp of CAF 0.17 uses a macro that it does not define.
#define FAIL CAF_FAIL
