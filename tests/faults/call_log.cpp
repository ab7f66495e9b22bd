#include "tests/faults/call_log.hpp"

#include "tests/faults/watched.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace faults {

namespace {

struct record {
  uint32_t magic = 0x31464e43; // "CNF1"
  event what;
  uint8_t unused[3] = {};
  int64_t boottime_ns = 0;
  uint64_t inode = 0;
  uint64_t a = 0;
  uint32_t path_bytes = 0;
  uint32_t second_bytes = 0;
  uint64_t data_bytes = 0;
};

static_assert(sizeof(record) == 48, "power_cut.py reads these");

/// Past our own `open`, which would log it.
int open_log() {
  auto path = environment("CAMNODE_FAULTS_LOG");
  if (path.empty())
    return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path.c_str(),
                                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                                  0666));
}

} // namespace

std::mutex& order() {
  // Lives until the very end, as others may write in their destructors.
  static auto& result = *new std::mutex;
  return result;
}

void put(event what, uint64_t inode, uint64_t a, const std::string& path,
         const std::string& second, const void* data, size_t size) {
  static const auto log = open_log();
  if (log < 0)
    return;
  record head;
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  head.what = what;
  head.boottime_ns = now.tv_sec * 1'000'000'000 + now.tv_nsec;
  head.inode = inode;
  head.a = a;
  head.path_bytes = static_cast<uint32_t>(path.size());
  head.second_bytes = static_cast<uint32_t>(second.size());
  head.data_bytes = size;
  iovec parts[] = {{&head, sizeof(head)},
                   {const_cast<char*>(path.data()), path.size()},
                   {const_cast<char*>(second.data()), second.size()},
                   {const_cast<void*>(data), size}};
  auto n = syscall(SYS_writev, log, parts, 4);
  if (n != static_cast<long>(sizeof(head) + path.size() + second.size() + size))
    abort(); // The log would be of no use.
}

} // namespace faults
