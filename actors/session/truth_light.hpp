#pragma once

#include "actors/session/session_report.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace camnode {

/// When to tell the truth light: at once if it has changed, and figures that
/// only grow once a second.
class truth_light {
public:
  static constexpr int64_t interval_ns = 1'000'000'000;

  /// @returns The light of `x`, if it is to be told now.
  std::optional<std::string> next(const session_view& x);

private:
  std::string told_; ///< What was last told.
  std::string digest_;
  int64_t told_ns_ = 0; ///< When that was.
};

} // namespace camnode
