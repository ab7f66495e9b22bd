#include "tools/bench/clip.hpp"
#include "tools/bench/commands.hpp"
#include "tools/bench/sockets.hpp"
#include "tools/bench/stamp_reader.hpp"

#include <sys/epoll.h>
#include <sys/types.h>
#include <time.h>

#include <algorithm>
#include <iostream>
#include <list>
#include <stdexcept>
#include <string>
#include <vector>

namespace camnode::bench {

namespace {

/// CPU time that a process has used, in seconds; 0 for none.
double cpu_seconds(pid_t pid) {
  clockid_t clock;
  timespec t;
  if (pid == 0)
    return 0;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
    throw std::runtime_error("the server's process has ended");
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// What all readers found within the time that counts.
struct findings {
  bool counting = false;
  uint64_t frames = 0;
  uint64_t lost = 0;
  std::vector<int64_t> delays_ns;

  void take(const stamp& x, uint64_t& last) {
    if (counting && last != 0) {
      ++frames;
      lost += x.sequence - last - 1;
      delays_ns.push_back(now_ns() - x.written_ns);
    }
    last = x.sequence;
  }

  double delay_ms(double share) {
    if (delays_ns.empty())
      return 0;
    auto last = static_cast<double>(delays_ns.size() - 1);
    auto at = delays_ns.begin() + static_cast<ptrdiff_t>(share * last);
    std::nth_element(delays_ns.begin(), at, delays_ns.end());
    return static_cast<double>(*at) * 1e-6;
  }
};

class crowd {
public:
  crowd(uint16_t port, const std::string& request, size_t n) : last_(n) {
    for (size_t i = 0; i < n; ++i) {
      auto& reader = readers_.emplace_back(connect_to(port, request),
                                           [this, i](const stamp& x) {
                                             found_.take(x, last_[i]);
                                           });
      loop_.watch(reader.fd(), EPOLLIN, [&reader] { reader.read(); });
    }
  }

  void run(double seconds) {
    auto end = now_ns() + static_cast<int64_t>(seconds * 1e9);
    while (now_ns() < end)
      loop_.run_once(10);
  }

  uint64_t bytes() const {
    uint64_t result = 0;
    for (auto& x : readers_)
      result += x.bytes();
    return result;
  }

  findings& found() {
    return found_;
  }

private:
  event_loop loop_;
  findings found_;
  std::vector<uint64_t> last_; ///< Sequence, by reader.
  std::list<stamp_reader> readers_;
};

} // namespace

int run_readers(const arguments& args) {
  auto port = static_cast<uint16_t>(std::stoi(args.word(0, "a port")));
  auto n = static_cast<size_t>(args.number("count", 1));
  auto pid = static_cast<pid_t>(args.number("pid", 0));
  auto path = args.text("path", "");
  auto request = path.empty() ? ""
                              : "GET " + path
                                  + " HTTP/1.1\r\nHost: localhost"
                                    "\r\n\r\n";
  crowd readers{port, request, n};
  readers.run(args.number("warm-up", 1));
  auto& found = readers.found();
  found.counting = true;
  auto bytes = readers.bytes();
  auto cpu = cpu_seconds(pid);
  readers.run(args.number("seconds", 10));
  cpu = cpu_seconds(pid) - cpu;
  bytes = readers.bytes() - bytes;
  std::cout << "{\"cpu_s\": " << cpu << ", \"bytes\": " << bytes
            << ", \"frames\": " << found.frames << ", \"lost\": " << found.lost
            << ", \"p50_ms\": " << found.delay_ms(.5)
            << ", \"p99_ms\": " << found.delay_ms(.99) << "}\n";
  return 0;
}

} // namespace camnode::bench
