#pragma once

#include "actors/base/file_ops.hpp"

#include <caf/error.hpp>

#include <chrono>
#include <string>

#include <sys/types.h>

namespace camnode {

/// A shell command in a process group of its own, with an empty stdin, and
/// stdout and stderr in nonblocking pipes. It inherits no other descriptor,
/// no signal handler and no signal mask. It gets SIGTERM when the thread that
/// started it ends, so that it outlives no crash.
class child_process {
public:
  child_process() = default;
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Kills and reaps what still runs.
  ~child_process();

  /// Runs `/bin/sh -c command`. Called once.
  /// @returns `ec::open_failed`.
  caf::error start(const std::string& command);

  /// Whether the shell has ended. It stays a zombie until `reap`, so that its
  /// process group keeps its number.
  bool has_exited() const;

  /// Sends a signal to the process group.
  void signal(int number) const;

  /// Kills what is left of the process group and waits for the shell's end.
  /// @returns How it ended, e.g. "exited with status 1".
  std::string reap();

  unique_fd out;
  unique_fd err;

private:
  pid_t pid_ = -1;
};

} // namespace camnode
