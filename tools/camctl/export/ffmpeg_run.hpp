#pragma once

#include "actors/base/child_process.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace camnode {

/// One run of the program `ffmpeg`: what it reads and writes through pipes, and
/// why it failed. Not thread safe; used on the thread that started it.
class ffmpeg_run {
public:
  /// @param arguments Without the program's name.
  /// @returns `ec::write_failed`.
  caf::error start(std::vector<std::string> arguments,
                   child_process::input from);

  /// Gives it bytes to read. Blocks until it has taken them.
  /// @param goes_on As for `finish`.
  /// @returns `ec::write_failed` with its last words if it takes no more;
  ///          `ec::unavailable` if it was told to give up.
  caf::error feed(const uint8_t* data, size_t size,
                  const std::function<bool()>& goes_on);

  /// Reads `size` bytes of what it writes to its stdout.
  /// @param out Gets them; undefined if there are fewer.
  /// @returns How many there are: fewer only at its end; `ec::unavailable` if
  ///          it was told to give up.
  caf::expected<size_t> read(uint8_t* out, size_t size,
                             const std::function<bool()>& goes_on);

  /// Lets it come to its end.
  /// @param goes_on Asked a few times a second; false: it gives up.
  /// @returns `ec::write_failed` if it failed, or there is no such program, in
  ///          one line; `ec::unavailable` if it was told to give up.
  caf::error finish(const std::function<bool()>& goes_on);

  /// `ec::unavailable`: it was told to give up.
  static caf::error gave_up();

private:
  /// Waits for a pipe, at most `patience_ms`, and takes what ffmpeg says
  /// meanwhile.
  void wait_for(int fd, short events, int patience_ms);
  void take_words();

  /// Why it ended, in one line, once it has.
  caf::error end_error();

  child_process child_;
  std::string words_; ///< The beginning of what it said.
};

} // namespace camnode
