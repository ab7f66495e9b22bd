#include "actors/base/process_figures.hpp"

#include "messages/clock.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace camnode {

namespace {

int64_t nanoseconds(const timeval& x) {
  return int64_t{x.tv_sec} * 1'000'000'000 + int64_t{x.tv_usec} * 1'000;
}

uint64_t resident_bytes() {
  std::ifstream in{"/proc/self/statm"};
  uint64_t size = 0;
  uint64_t resident = 0;
  if (!(in >> size >> resident))
    return 0;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

uint64_t open_descriptors() {
  auto* folder = opendir("/proc/self/fd");
  if (folder == nullptr)
    return 0;
  uint64_t entries = 0;
  while (readdir(folder) != nullptr)
    ++entries;
  closedir(folder);
  // Without `.`, `..` and the one that was just open.
  return entries < 3 ? 0 : entries - 3;
}

/// When this process began, in ns of CLOCK_BOOTTIME.
int64_t started_boottime_ns() {
  std::ifstream in{"/proc/self/stat"};
  std::string text;
  std::getline(in, text);
  // The name in parentheses may hold anything: the fields count from its end.
  auto end = text.rfind(')');
  if (end == std::string::npos)
    return 0;
  unsigned long long ticks = 0;
  if (std::sscanf(text.c_str() + end + 1,
                  " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                  "%*s %*s %*s %*s %*s %llu",
                  &ticks)
      != 1)
    return 0;
  auto per_second = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<int64_t>(ticks * (1'000'000'000 / per_second));
}

} // namespace

process_figures look_at_process() {
  process_figures x;
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  x.cpu_ns = nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
  x.resident_bytes = resident_bytes();
  x.descriptors = open_descriptors();
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  x.max_descriptors = limit.rlim_cur;
  // Once, as steps of UTC are no restarts.
  static const int64_t started_ns = utc_clock_ns()
                                    - (capture_clock_ns()
                                       - started_boottime_ns());
  x.started_ns = started_ns;
  return x;
}

void write_process(metrics_text& out, const process_figures& x) {
  out.family("process_cpu_seconds_total", "counter",
             "User and system CPU time spent.");
  out.seconds(x.cpu_ns);
  out.family("process_resident_memory_bytes", "gauge", "Resident memory size.");
  out.sample(x.resident_bytes);
  out.family("process_open_fds", "gauge", "Open file descriptors.");
  out.sample(x.descriptors);
  out.family("process_max_fds", "gauge", "Most file descriptors allowed.");
  out.sample(x.max_descriptors);
  out.family("process_start_time_seconds", "gauge",
             "Start of the process, since the Unix epoch.");
  out.seconds(x.started_ns);
}

} // namespace camnode
