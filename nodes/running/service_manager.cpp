#include "nodes/running/service_manager.hpp"

#include "actors/base/file_ops.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace camnode {

namespace {

constexpr size_t max_value_bytes = 400;

std::string environment(const char* name) {
  auto result = std::getenv(name);
  return result ? result : "";
}

/// 0 where there is no such number.
int64_t number_in(const char* name) {
  auto text = environment(name);
  int64_t result = 0;
  auto end = text.data() + text.size();
  auto [at, err] = std::from_chars(text.data(), end, result);
  return err == std::errc{} && at == end && result > 0 ? result : 0;
}

} // namespace

service_manager::service_manager()
  : socket_path_(environment("NOTIFY_SOCKET")) {
  auto kind = socket_path_.empty() ? '\0' : socket_path_.front();
  if ((kind != '/' && kind != '@')
      || socket_path_.size() >= sizeof(sockaddr_un::sun_path))
    socket_path_.clear();
  // Meant for another process of the unit, if it says so.
  auto pid = environment("WATCHDOG_PID");
  if (pid.empty() || pid == std::to_string(getpid()))
    watchdog_ = std::chrono::milliseconds(number_in("WATCHDOG_USEC") / 1000);
}

void service_manager::tell(const std::string& assignments) const {
  if (socket_path_.empty())
    return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
  if (address.sun_path[0] == '@')
    address.sun_path[0] = '\0';
  auto size = offsetof(sockaddr_un, sun_path) + socket_path_.size();
  unique_fd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd)
    static_cast<void>(::sendto(fd.get(), assignments.data(), assignments.size(),
                               MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address),
                               static_cast<socklen_t>(size)));
}

std::string one_line(std::string_view text) {
  std::string result{text.substr(0, max_value_bytes)};
  std::replace_if(
    result.begin(), result.end(),
    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
    '?');
  return result;
}

} // namespace camnode
