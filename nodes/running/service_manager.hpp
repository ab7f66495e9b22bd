#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace camnode {

/// The service manager that started this process, systemd as a rule, as told by
/// the environment: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID. See
/// sd_notify(3), whose protocol is one datagram and needs no library.
class service_manager {
public:
  service_manager();

  /// Whether there is one that wants to be told.
  explicit operator bool() const {
    return !socket_path_.empty();
  }

  /// Within which time it wants to be told `WATCHDOG=1` again and again; zero
  /// if it does not.
  std::chrono::milliseconds watchdog() const {
    return watchdog_;
  }

  /// Tells it assignments, one a line. Does nothing without a manager; never
  /// blocks, and nobody can help where it fails.
  void tell(const std::string& assignments) const;

private:
  std::string socket_path_; ///< Begins with `@` in the abstract namespace.
  std::chrono::milliseconds watchdog_{0};
};

/// `text` as the value of an assignment: without line breaks and other control
/// characters, as some of it comes from the network, and of bounded length.
std::string one_line(std::string_view text);

} // namespace camnode
