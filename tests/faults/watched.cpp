#include "tests/faults/watched.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

namespace faults {

namespace {

std::string link_target(const std::string& path) {
  char buffer[4096];
  auto n = syscall(SYS_readlinkat, AT_FDCWD, path.c_str(), buffer,
                   sizeof(buffer));
  return n < 0 ? std::string{} : std::string(buffer, static_cast<size_t>(n));
}

/// A path below a folder that is held by a descriptor has its name.
std::string without_descriptor(const std::string& path) {
  const std::string start = "/proc/self/fd/";
  if (path.compare(0, start.size(), start) != 0)
    return path;
  auto end = std::min(path.find('/', start.size()), path.size());
  return link_target(path.substr(0, end)) + path.substr(end);
}

// What is known of descriptors: 0 nothing, 1 outside of the folder, 2 inside.
std::array<std::atomic<uint8_t>, 65536> known;

} // namespace

std::string environment(const char* name) {
  auto result = getenv(name);
  return result ? result : "";
}

bool inside(const std::string& path) {
  // Lives until the very end, as others may write in their destructors.
  static const auto& root = *new auto(environment("CAMNODE_FAULTS_ROOT"));
  return !root.empty() && path.compare(0, root.size(), root) == 0
         && (path.size() == root.size() || path[root.size()] == '/');
}

std::string path_of(int fd) {
  return link_target("/proc/self/fd/" + std::to_string(fd));
}

std::string absolute(int dir, const char* path) {
  if (path[0] == '/')
    return without_descriptor(path);
  return (dir == AT_FDCWD ? link_target("/proc/self/cwd") : path_of(dir)) + "/"
         + path;
}

bool tracked(int fd) {
  if (fd < 0 || static_cast<size_t>(fd) >= known.size())
    return false;
  auto& x = known[static_cast<size_t>(fd)];
  if (x == 0)
    x = inside(path_of(fd)) ? 2 : 1;
  return x == 2;
}

void forget(int fd) {
  if (fd >= 0 && static_cast<size_t>(fd) < known.size())
    known[static_cast<size_t>(fd)] = 0;
}

uint64_t inode_of(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 ? info.st_ino : 0;
}

uint64_t inode_at(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

} // namespace faults
