#include "nodes/inspection/node_socket.hpp"

#include "actors/base/socket_probe.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

namespace camnode {

namespace {

std::string value_of(const char* name) {
  auto result = std::getenv(name);
  return result != nullptr ? result : "";
}

/// A folder instead of a socket.
node_socket socket_folder() {
  auto of_service = value_of("RUNTIME_DIRECTORY");
  if (!of_service.empty()) // Several are separated by colons.
    return {of_service.substr(0, of_service.find(':')), 0660};
  auto of_user = value_of("XDG_RUNTIME_DIR");
  if (of_user.empty())
    return {};
  auto result = of_user + "/camnode";
  mkdir(result.c_str(), 0700); // Opening the socket fails if this did.
  return {result, 0600};
}

/// Whether somebody listens there already.
bool is_answered(const std::string& path) {
  auto error = probe_socket(path);
  return error == 0 || error == EAGAIN;
}

} // namespace

node_socket usual_socket(const std::string& name) {
  auto result = socket_folder();
  if (result.path.empty())
    return result;
  auto base = result.path + "/" + name;
  result.path = base + ".sock";
  if (is_answered(result.path))
    result.path = base + ".2.sock";
  return result;
}

} // namespace camnode
