#include "tools/bench/clip.hpp"
#include "tools/bench/commands.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace camnode::bench {

namespace {

/// The most that Linux grants without privileges, for every reader alike.
constexpr int pipe_bytes = 1 << 20;

void sleep_until(int64_t time_ns) {
  timespec t{time_ns / 1'000'000'000, time_ns % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR)
    ;
}

/// @returns false once nobody reads.
bool write_all(const uint8_t* data, size_t size) {
  while (size > 0) {
    auto n = write(STDOUT_FILENO, data, size);
    if (n < 0)
      return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

} // namespace

int run_source(const arguments& args) {
  clip frames{args.word(0, "a file of JPEGs")};
  auto period_ns = static_cast<int64_t>(1e9 / args.number("fps", 30));
  fcntl(STDOUT_FILENO, F_SETPIPE_SZ, pipe_bytes);
  auto due = now_ns();
  for (uint64_t sequence = 1;; ++sequence) {
    sleep_until(due);
    due += period_ns;
    const auto& jpeg = frames.at(sequence);
    auto head = serialize(frames.stamp_now(sequence));
    iovec pieces[] = {{head.data(), head.size()},
                      {const_cast<uint8_t*>(jpeg.data()) + 2, jpeg.size() - 2}};
    auto n = writev(STDOUT_FILENO, pieces, 2);
    auto whole = static_cast<ssize_t>(stamped_size(jpeg.size()));
    if (n < static_cast<ssize_t>(head.size()))
      return 0;
    auto done = static_cast<size_t>(n) - head.size() + 2;
    if (n < whole && !write_all(jpeg.data() + done, jpeg.size() - done))
      return 0;
  }
}

} // namespace camnode::bench
