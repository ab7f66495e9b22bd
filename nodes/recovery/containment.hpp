#pragma once

#include "actors/base/log.hpp"

#include <exception>
#include <string>

namespace camnode {

/// Calls `f()`, which puts one thing in order. If it throws, as where memory is
/// short, that thing stays as it is, is named in the log, and keeps nothing
/// else from being put in order.
/// @returns Whether it did not throw.
template <class F>
bool contain(const char* who, const std::string& what, F f) {
  try {
    f();
    return true;
  } catch (const std::exception& e) {
    log_error(who, what, ": left as it is: ", e.what());
    return false;
  }
}

} // namespace camnode
