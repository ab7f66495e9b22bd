#include "actors/discovery/local_address.hpp"

#include "actors/shared/file_ops.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <memory>

namespace camnode {

std::string local_address_towards(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found)
      != 0)
    return {};
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner{found, freeaddrinfo};
  for (auto* x = found; x != nullptr; x = x->ai_next) {
    unique_fd fd{socket(x->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_storage local{};
    socklen_t size = sizeof(local);
    auto* address = reinterpret_cast<sockaddr*>(&local);
    char text[NI_MAXHOST];
    if (fd && connect(fd.get(), x->ai_addr, x->ai_addrlen) == 0
        && getsockname(fd.get(), address, &size) == 0
        && getnameinfo(address, size, text, sizeof(text), nullptr, 0,
                       NI_NUMERICHOST)
             == 0)
      return text;
  }
  return {};
}

} // namespace camnode
