#include "actors/base/socket_probe.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace camnode {

int probe_socket(const std::string& path) {
  sockaddr_un where = {};
  where.sun_family = AF_UNIX;
  if (path.size() >= sizeof(where.sun_path))
    return ENAMETOOLONG;
  std::memcpy(where.sun_path, path.data(), path.size());
  auto probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0)
    return errno;
  auto done = connect(probe, reinterpret_cast<sockaddr*>(&where),
                      sizeof(where));
  auto result = done == 0 ? 0 : errno;
  close(probe);
  return result;
}

} // namespace camnode
