#include "tools/camctl/node_address.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace camctl {

namespace fs = std::filesystem;

std::string node_address::text() const {
  if (!socket.empty())
    return socket;
  auto v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

folder_list socket_folders() {
  folder_list result;
  auto own = std::getenv("XDG_RUNTIME_DIR");
  if (own != nullptr && *own != 0)
    result.push_back(fs::path{own} / "camnode");
  result.emplace_back("/run/camnode");
  return result;
}

namespace {

bool has_socket(const fs::path& x) {
  std::error_code ignored;
  return fs::is_socket(x, ignored);
}

std::vector<fs::path> sockets_in(const fs::path& folder) {
  std::vector<fs::path> result;
  std::error_code err;
  auto end = fs::directory_iterator{};
  for (fs::directory_iterator i{folder, err}; !err && i != end;
       i.increment(err))
    if (i->path().extension() == ".sock" && has_socket(i->path()))
      result.push_back(i->path());
  // By name: `lab` before `lab-2`.
  std::sort(result.begin(), result.end(),
            [](auto& x, auto& y) { return x.stem() < y.stem(); });
  return result;
}

node_address socket_at(std::string path) {
  node_address result;
  result.socket = std::move(path);
  return result;
}

/// @param x `host`, `host:port` or `[ipv6]:port`.
std::optional<node_address> parse_port(const std::string& x, uint16_t port,
                                       bool tls) {
  node_address result{{}, x, port, tls};
  auto colon = x.rfind(':');
  if (!x.empty() && x[0] == '[') {
    auto end = x.find(']');
    if (end == std::string::npos || (end + 1 != x.size() && end + 1 != colon))
      return std::nullopt;
    result.host = x.substr(1, end - 1);
    colon = end + 1 == x.size() ? std::string::npos : end + 1;
  } else if (colon != std::string::npos) {
    result.host = x.substr(0, colon);
    if (result.host.find(':') != std::string::npos)
      return std::nullopt;
  }
  if (colon != std::string::npos) {
    auto digits = x.substr(colon + 1);
    char* end = nullptr;
    auto n = std::strtol(digits.c_str(), &end, 10);
    if (digits.empty() || *end != 0 || n < 1 || n > 65535)
      return std::nullopt;
    result.port = static_cast<uint16_t>(n);
  }
  if (result.host.empty() || result.host.find('/') != std::string::npos)
    return std::nullopt;
  return result;
}

} // namespace

std::vector<node_address> sockets_in(const folder_list& folders) {
  std::vector<node_address> result;
  for (auto& folder : folders)
    for (auto& path : sockets_in(folder))
      result.push_back(socket_at(path.string()));
  return result;
}

std::optional<node_address> parse_address(const std::string& x,
                                          const address_defaults& defaults) {
  for (std::string scheme : {"http://", "https://"})
    if (x.compare(0, scheme.size(), scheme) == 0) {
      auto rest = x.substr(scheme.size());
      if (!rest.empty() && rest.back() == '/')
        rest.pop_back();
      return parse_port(rest, defaults.port, scheme == "https://");
    }
  if (x.find('/') != std::string::npos)
    return socket_at(x);
  if (!x.empty() && x.find(':') == std::string::npos)
    for (auto& folder : defaults.folders)
      if (auto path = folder / (x + ".sock"); has_socket(path))
        return socket_at(path.string());
  return parse_port(x, defaults.port, defaults.tls);
}

std::string short_text(const node_address& x, const folder_list& folders) {
  auto id = fs::path{x.socket}.stem().string();
  auto found = parse_address(id, {x.port, x.tls, folders});
  return found && !x.socket.empty() && found->socket == x.socket ? id
                                                                 : x.text();
}

} // namespace camctl
