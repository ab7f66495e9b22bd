#pragma once

#include <optional>
#include <string_view>

namespace camnode {

/// What makes white white.
struct white_balance {
  int mode;  ///< As libcamera numbers them, 0: auto; -1: fixed gains.
  float red; ///< Gains, relative to green.
  float blue;
};

/// @param x auto, incandescent, tungsten, fluorescent, indoor, daylight,
/// cloudy,
///        or the gains of red and blue, each above 0 and at most 32: 1.9,1.4
std::optional<white_balance> parse_white_balance(std::string_view x);

/// @returns The mode's name; null if there is none.
const char* white_balance_name(int mode);

} // namespace camnode
