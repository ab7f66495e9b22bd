#pragma once

namespace camnode {

/// A font of 5 x 7 dots for what a test picture says: digits, letters (shown
/// as capitals), `: . - _ /` and the space. All else is blank.
namespace dot_font {

constexpr int width = 5;
constexpr int height = 7;
constexpr int pitch = 6; ///< From one character to the next.
constexpr int line = 9;  ///< From one line of text to the next.

/// Whether the dot at `column`, `row` of a character is set.
bool dot(char c, int column, int row);

} // namespace dot_font

} // namespace camnode
