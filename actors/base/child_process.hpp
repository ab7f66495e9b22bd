#pragma once

#include "actors/base/file_ops.hpp"

#include <caf/error.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace camnode {

/// A program in a process group of its own, with stdout and stderr in
/// nonblocking pipes. It inherits no other descriptor, no signal handler and no
/// signal mask. It gets SIGTERM when the thread that started it ends, so that
/// it outlives no crash.
class child_process {
public:
  child_process() = default;
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Kills and reaps what still runs.
  ~child_process();

  /// Where a program's stdin comes from.
  enum class input : uint8_t {
    none, ///< It is empty.
    fed,  ///< From `in`.
  };

  /// Runs a program: its name, looked for in `PATH`, and its arguments. Called
  /// once. If there is no such program, it exits with `no_program`.
  /// @returns `ec::open_failed`.
  caf::error start(const std::vector<std::string>& command,
                   input from = input::none);

  static constexpr int no_program = 127;

  /// Whether the program has ended. It stays a zombie until `reap`, so that its
  /// process group keeps its number.
  bool has_exited() const;

  /// Sends a signal to the process group.
  void signal(int number) const;

  /// Waits until the program has ended by itself. It stays a zombie, too.
  void wait() const;

  /// Kills what is left of the process group and waits for the program's end.
  /// @returns How it ended, e.g. "exited with status 1".
  std::string reap();

  /// A nonblocking socket, so that `MSG_NOSIGNAL` can be used; or none.
  unique_fd in;
  unique_fd out;
  unique_fd err;

private:
  pid_t pid_ = -1;
};

} // namespace camnode
