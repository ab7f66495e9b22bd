// Preloaded into a server (LD_PRELOAD): CLOCK_BOOTTIME, on which it stamps
// frames, is another one than the kernel's. The file that CAMNODE_CLOCK_SHIFT
// names has lines of three numbers: how many ns it is ahead, by how many ppm it
// runs fast, and since which ns of the kernel's clock. The newest line whose
// time has come counts; until any has, the first one. The file is looked at
// each time: a test appends a line ahead of its time, and so knows to the ns
// what the clock shows, however busy the machine is.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

int open_file() {
  auto* path = getenv("CAMNODE_CLOCK_SHIFT");
  return path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
}

long long shift_at(long long ns) {
  static const int fd = open_file();
  char text[1024] = {};
  if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) <= 0)
    return 0;
  long long result = 0;
  long long ahead = 0;
  long long ppm = 0;
  long long since = 0;
  int length = 0;
  for (auto* line = text;
       sscanf(line, "%lld %lld %lld%n", &ahead, &ppm, &since, &length) == 3
       && line[length] == '\n';
       line += length + 1)
    if (line == text || since <= ns)
      result = ahead + (ns - since) / 1'000'000 * ppm
               + (ns - since) % 1'000'000 * ppm / 1'000'000;
  return result;
}

} // namespace

extern "C" int clock_gettime(clockid_t id, timespec* out) noexcept {
  auto result = static_cast<int>(syscall(SYS_clock_gettime, id, out));
  if (result == 0 && id == CLOCK_BOOTTIME) {
    auto ns = out->tv_sec * 1'000'000'000LL + out->tv_nsec;
    ns += shift_at(ns);
    out->tv_sec = ns / 1'000'000'000;
    out->tv_nsec = ns % 1'000'000'000;
  }
  return result;
}
