#pragma once

#include <termios.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace camctl {

/// The terminal as a screen to draw on, with single keys to read, for as long
/// as this lives; also put back when a signal ends the program, or Ctrl+Z stops
/// it.
class terminal {
public:
  /// @pre Standard input and output are a terminal.
  terminal();
  ~terminal();

  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;

  struct size {
    size_t columns;
    size_t rows;
  };

  /// 80 by 24 where it does not say.
  static size dimensions();

  /// The width of standard output; 0 where it is no terminal.
  static size_t columns_or_0();

  /// Shows as many lines of `text` as there is room for.
  void draw(const std::string& text);

  /// Waits for a key. @returns 0 if none comes in time, 'q' at the end of
  /// input, Ctrl+C, Ctrl+\ or a signal.
  char wait_key(std::chrono::milliseconds patience);

private:
  void enter();
  void put_back();

  termios before_;
};

} // namespace camctl
