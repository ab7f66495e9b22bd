#include "messages/wire/multipart.hpp"
#include "tools/bench/commands.hpp"
#include "tools/bench/outlet.hpp"
#include "tools/bench/sockets.hpp"
#include "tools/bench/stamp.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <list>
#include <memory>
#include <stdexcept>
#include <vector>

namespace camnode::bench {

namespace {

class floor_server {
public:
  floor_server() : listener_(listen_on_loopback()) {
    set_nonblocking(STDIN_FILENO);
    loop_.watch(listener_.fd.get(), EPOLLIN, [this] { accept(); });
    loop_.watch(STDIN_FILENO, EPOLLIN, [this] { read_frame(); });
  }

  void run() {
    std::cout << listener_.port << std::endl;
    while (!ended_)
      loop_.run_once(-1);
  }

private:
  void accept() {
    readers_.emplace_back(accept_one(listener_.fd.get()));
    auto reader = std::prev(readers_.end());
    auto hello = std::make_shared<part>();
    hello->head = part_trailer.substr(2);
    reader->push(std::move(hello));
    loop_.watch(reader->fd(), EPOLLIN | EPOLLOUT | EPOLLET,
                [this, reader] { flush(reader); });
  }

  void flush(std::list<outlet>::iterator reader) {
    if (reader->flush())
      return;
    loop_.forget(reader->fd());
    readers_.erase(reader);
  }

  /// Reads what is there: the stamp says how much belongs to the frame.
  void read_frame() {
    if (!filling_)
      filling_ = unused_part();
    auto& body = filling_->body;
    auto n = read(STDIN_FILENO, body.data() + body.size(),
                  wanted_ - body.size());
    if (n <= 0) {
      ended_ = n == 0 || errno != EAGAIN;
      return;
    }
    body.resize(body.size() + static_cast<size_t>(n));
    if (body.size() == stamp_size) {
      auto found = parse_stamp(body.data());
      if (!found || found->bytes > body.capacity())
        throw std::runtime_error("stdin: not what `source` writes");
      wanted_ = found->bytes;
    } else if (body.size() == wanted_) {
      hand_out();
    }
  }

  void hand_out() {
    filling_->head = "Content-Type: image/jpeg\r\nContent-Length: "
                     + std::to_string(wanted_) + "\r\n\r\n";
    part_ptr whole = std::move(filling_);
    wanted_ = stamp_size;
    for (auto i = readers_.begin(); i != readers_.end();) {
      auto reader = i++;
      reader->push(whole);
      flush(reader);
    }
  }

  /// Memory that no reader waits for any more.
  std::shared_ptr<part> unused_part() {
    constexpr size_t room = 1 << 20;
    for (auto& x : parts_)
      if (x.use_count() == 1) {
        x->body.resize(0);
        return x;
      }
    parts_.push_back(std::make_shared<part>());
    parts_.back()->body = frame_bytes{room};
    return parts_.back();
  }

  event_loop loop_;
  listener listener_;
  std::list<outlet> readers_;
  std::vector<std::shared_ptr<part>> parts_;
  std::shared_ptr<part> filling_;
  size_t wanted_ = stamp_size; ///< Of the frame that is being read.
  bool ended_ = false;
};

} // namespace

int run_floor(const arguments&) {
  floor_server{}.run();
  return 0;
}

} // namespace camnode::bench
