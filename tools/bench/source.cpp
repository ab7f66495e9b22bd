#include "tools/bench/clip.hpp"
#include "tools/bench/commands.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace camnode::bench {

namespace {

/// The most that Linux grants without privileges, for every reader alike.
constexpr int pipe_bytes = 1 << 20;

void sleep_until(int64_t time_ns) {
  timespec t{time_ns / 1'000'000'000, time_ns % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR)
    ;
}

/// Writes all of it.
/// @returns false once nobody reads.
bool write_all(iovec* pieces, int count) {
  while (count > 0) {
    auto n = writev(STDOUT_FILENO, pieces, count);
    if (n < 0)
      return false;
    auto left = static_cast<size_t>(n);
    for (; count > 0 && left >= pieces->iov_len; ++pieces, --count)
      left -= pieces->iov_len;
    if (count > 0) {
      pieces->iov_base = static_cast<char*>(pieces->iov_base) + left;
      pieces->iov_len -= left;
    }
  }
  return true;
}

/// What stands in front of a JPEG of `size` bytes: nothing without delimiter.
std::string part_head(const std::string& delimiter, size_t size) {
  if (delimiter.empty())
    return {};
  return "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(size)
         + "\r\n\r\n";
}

} // namespace

int run_source(const arguments& args) {
  clip frames{args.word(0, "a file of JPEGs")};
  auto period_ns = static_cast<int64_t>(1e9 / args.number("fps", 30));
  auto boundary = args.text("boundary", "");
  // Behind each JPEG, so that nobody has to wait for the next one to come.
  auto delimiter = boundary.empty() ? "" : "\r\n--" + boundary + "\r\n";
  fcntl(STDOUT_FILENO, F_SETPIPE_SZ, pipe_bytes);
  iovec first{delimiter.data(), delimiter.size()};
  auto wanted = write_all(&first, 1);
  auto due = now_ns();
  for (uint64_t sequence = 1; wanted; ++sequence) {
    sleep_until(due);
    due += period_ns;
    const auto& jpeg = frames.at(sequence);
    auto head = part_head(delimiter, stamped_size(jpeg.size()));
    auto begin = serialize(frames.stamp_now(sequence));
    iovec pieces[] = {{head.data(), head.size()},
                      {begin.data(), begin.size()},
                      {const_cast<uint8_t*>(jpeg.data()) + 2, jpeg.size() - 2},
                      {delimiter.data(), delimiter.size()}};
    wanted = write_all(pieces, 4);
  }
  return 0;
}

} // namespace camnode::bench
