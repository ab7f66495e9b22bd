#include "tests/faults/wanted_faults.hpp"

#include "tests/faults/watched.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <sstream>

namespace faults {

namespace {

/// The error that `call` on `path` is to end with now, or -1 for none.
int fault(const char* call, const std::string& path) {
  // Lives until the very end, as others may write in their destructors.
  static const auto& trigger = *new auto(environment("CAMNODE_FAULTS_TRIGGER"));
  if (trigger.empty() || access(trigger.c_str(), F_OK) != 0)
    return -1;
  std::ifstream in{trigger};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words{line};
    std::string name;
    std::string part;
    int error = -1;
    if (words >> name >> part >> error && name == call
        && path.find(part) != std::string::npos)
      return error;
  }
  return -1;
}

} // namespace

int fault_now(const char* call, const std::string& path) {
  auto result = fault(call, path);
  while (result == 0) {
    timespec pause{0, 20'000'000};
    nanosleep(&pause, nullptr);
    result = fault(call, path);
  }
  return result;
}

int fault_now(const char* call, int fd) {
  return fault_now(call, path_of(fd));
}

bool fails(const char* call, int dir, const char* path) {
  auto name = absolute(dir, path);
  auto error = inside(name) ? fault_now(call, name) : -1;
  if (error > 0)
    errno = error;
  return error > 0;
}

size_t bytes_that_fit(int fd, size_t size) {
  static std::array<std::atomic<bool>, 65536> full;
  auto& x = full[static_cast<size_t>(fd)];
  return x.exchange(!x) ? 0 : size / 2;
}

} // namespace faults
