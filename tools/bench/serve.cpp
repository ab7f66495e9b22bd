#include "messages/wire/multipart.hpp"
#include "tools/bench/clip.hpp"
#include "tools/bench/commands.hpp"
#include "tools/bench/outlet.hpp"
#include "tools/bench/sockets.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <list>
#include <memory>
#include <vector>

namespace camnode::bench {

namespace {

constexpr uint64_t epoch = 1;

/// One connection: asks for `/clock` again and again, or for the stream.
struct visitor {
  explicit visitor(unique_fd fd) : out(std::move(fd)) {
  }

  outlet out;
  std::string request;
  bool streams = false;
};

class served_camera {
public:
  /// @param id What it calls itself, which its announcement says too.
  served_camera(event_loop& loop, std::string id, const clip& frames,
                int64_t first_ns, int64_t period_ns)
    : loop_(loop),
      id_(std::move(id)),
      frames_(frames),
      listener_(listen_on_loopback()),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)) {
    auto split = [](int64_t ns) {
      return timespec{ns / 1'000'000'000, ns % 1'000'000'000};
    };
    itimerspec pace{split(period_ns), split(first_ns)};
    if (timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &pace, nullptr) != 0)
      fail("timerfd_settime");
    loop.watch(listener_.fd.get(), EPOLLIN, [this] { accept(); });
    loop.watch(timer_.get(), EPOLLIN, [this] { tick(); });
  }

  uint16_t port() const {
    return listener_.port;
  }

private:
  using visit = std::list<visitor>::iterator;

  void accept() {
    visitors_.emplace_back(accept_one(listener_.fd.get()));
    auto who = std::prev(visitors_.end());
    loop_.watch(who->out.fd(), EPOLLIN | EPOLLOUT | EPOLLET,
                [this, who] { serve(who); });
  }

  void serve(visit who) {
    char text[2048];
    auto n = recv(who->out.fd(), text, sizeof(text), 0);
    for (; n > 0; n = recv(who->out.fd(), text, sizeof(text), 0))
      who->request.append(text, static_cast<size_t>(n));
    if (n == 0)
      return leave(who);
    auto received_ns = now_ns();
    auto end = who->request.find("\r\n\r\n");
    if (end != std::string::npos) {
      answer(who, received_ns);
      who->request.erase(0, end + 4);
    }
    if (!who->out.flush())
      leave(who);
  }

  void answer(visit who, int64_t received_ns) {
    auto reply = std::make_shared<part>();
    if (who->request.compare(0, 10, "GET /clock") == 0) {
      auto body = R"({"id":")" + id_ + R"(","epoch":1,"receive_mono_ns":)"
                  + std::to_string(received_ns) + R"(,"send_mono_ns":)"
                  + std::to_string(now_ns()) + R"(,"utc_ns":0})";
      reply->head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    "Content-Length: "
                    + std::to_string(body.size()) + "\r\n\r\n" + body;
    } else {
      reply->head = stream_response_head(id_, epoch, "bench");
      who->streams = true;
    }
    who->out.push(std::move(reply));
  }

  void leave(visit who) {
    loop_.forget(who->out.fd());
    visitors_.erase(who);
  }

  void tick() {
    uint64_t due = 0;
    if (::read(timer_.get(), &due, sizeof(due)) != sizeof(due))
      return;
    for (; due > 0; --due)
      hand_out(next_part());
  }

  part_ptr next_part() {
    const auto& jpeg = frames_.at(++sequence_);
    auto mark = frames_.stamp_now(sequence_);
    auto begin = serialize(mark);
    frame x;
    x.epoch = epoch;
    x.sequence = sequence_;
    x.capture_mono_ns = mark.written_ns;
    x.jpeg = frame_bytes{mark.bytes};
    x.jpeg.resize(mark.bytes);
    std::copy(begin.begin(), begin.end(), x.jpeg.data());
    std::copy(jpeg.data() + 2, jpeg.data() + jpeg.size(),
              x.jpeg.data() + begin.size());
    char head[part_header_capacity];
    auto result = std::make_shared<part>();
    result->head.assign(head, write_part_header(head, x, nullptr));
    result->body = std::move(x.jpeg);
    return result;
  }

  void hand_out(const part_ptr& x) {
    for (auto i = visitors_.begin(); i != visitors_.end();) {
      auto who = i++;
      if (!who->streams)
        continue;
      who->out.push(x);
      if (!who->out.flush())
        leave(who);
    }
  }

  event_loop& loop_;
  const std::string id_;
  const clip& frames_;
  const listener listener_;
  const unique_fd timer_;
  uint64_t sequence_ = 0;
  std::list<visitor> visitors_;
};

} // namespace

int run_serve(const arguments& args) {
  clip frames{args.word(0, "a file of JPEGs")};
  auto n = static_cast<int64_t>(args.number("count", 1));
  auto period_ns = static_cast<int64_t>(1e9 / args.number("fps", 30));
  event_loop loop;
  std::list<served_camera> cameras;
  auto begin = now_ns();
  for (int64_t i = 1; i <= n; ++i)
    cameras.emplace_back(loop, "bench-" + std::to_string(i - 1), frames,
                         begin + period_ns * i / n, period_ns);
  for (auto& x : cameras)
    std::cout << x.port() << ' ';
  std::cout << std::endl;
  for (;;)
    loop.run_once(-1);
}

} // namespace camnode::bench
