#include "actors/discovery/local_address.hpp"

#include "actors/base/file_ops.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace camnode {

namespace {

/// Nobody has more; bounds what a name server can cause.
constexpr size_t max_addresses = 16;

using address_list = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

address_list look_up(const std::string& host, const char* port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port, &hints, &found) != 0)
    found = nullptr;
  return {found, freeaddrinfo};
}

std::string text_of(const sockaddr* x, socklen_t size) {
  char text[NI_MAXHOST];
  if (getnameinfo(x, size, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) != 0)
    return {};
  return text;
}

bool is_ipv6(const std::string& ip) {
  return ip.find(':') != std::string::npos;
}

} // namespace

std::vector<std::string> addresses_of(const std::string& host) {
  std::vector<std::string> result;
  auto found = look_up(host, nullptr, 0);
  for (auto* x = found.get(); x && result.size() < max_addresses;
       x = x->ai_next) {
    auto text = text_of(x->ai_addr, x->ai_addrlen);
    if (!text.empty())
      result.push_back(std::move(text));
  }
  return result;
}

void look_up_in_background(
  const std::string& host,
  const std::function<void(std::vector<std::string>)>& done) {
  try {
    std::thread{[=] { done(addresses_of(host)); }}.detach();
  } catch (const std::system_error&) {
    done({}); // No thread to be had: as good as no answer.
  }
}

std::string local_address_towards(const std::string& ip, uint16_t port) {
  auto found = look_up(ip, std::to_string(port).c_str(),
                       AI_NUMERICHOST | AI_NUMERICSERV);
  if (!found)
    return {};
  unique_fd fd{socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_storage local{};
  socklen_t size = sizeof(local);
  auto* address = reinterpret_cast<sockaddr*>(&local);
  if (!fd || connect(fd.get(), found->ai_addr, found->ai_addrlen) != 0
      || getsockname(fd.get(), address, &size) != 0)
    return {};
  return text_of(address, size);
}

std::vector<std::string> broadcast_addresses() {
  std::vector<std::string> result;
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0)
    return result;
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner{found, freeifaddrs};
  for (auto* x = found; x != nullptr; x = x->ifa_next)
    if ((x->ifa_flags & IFF_BROADCAST) != 0 && x->ifa_broadaddr != nullptr
        && x->ifa_broadaddr->sa_family == AF_INET)
      result.push_back(text_of(x->ifa_broadaddr, sizeof(sockaddr_in)));
  return result;
}

std::string announceable_address(
  const std::vector<std::string>& broker, bool ipv4_only,
  const std::function<std::string(const std::string&)>& towards) {
  for (auto ipv6 : {false, true})
    for (auto& x : broker) {
      if (is_ipv6(x) != ipv6 || (ipv6 && ipv4_only))
        continue;
      auto result = towards(x);
      if (!result.empty() && result.find('%') == std::string::npos)
        return result;
    }
  return {};
}

} // namespace camnode
