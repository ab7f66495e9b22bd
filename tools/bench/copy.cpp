#include "tools/bench/commands.hpp"
#include "tools/bench/sockets.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>
#include <stdexcept>
#include <vector>

namespace camnode::bench {

namespace {

/// One stream and its file.
struct copied_stream {
  unique_fd from;
  unique_fd to;

  void move_some(std::vector<char>& buffer) const {
    auto n = recv(from.get(), buffer.data(), buffer.size(), 0);
    if (n == 0)
      throw std::runtime_error("the server closed a stream");
    if (n > 0 && write(to.get(), buffer.data(), static_cast<size_t>(n)) != n)
      fail("write");
  }
};

} // namespace

int run_copy(const arguments& args) {
  constexpr size_t buffer_bytes = 256 * 1024;
  auto& dir = args.word(0, "a folder and ports");
  std::vector<char> buffer(buffer_bytes);
  event_loop loop;
  std::list<copied_stream> streams;
  for (size_t i = 1; i < args.words().size(); ++i) {
    auto& port = args.words()[i];
    auto& x = streams.emplace_back();
    x.from = connect_to(static_cast<uint16_t>(std::stoi(port)),
                        "GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto path = dir + "/" + port + ".multipart";
    x.to = unique_fd{open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666)};
    if (!x.to)
      fail(path);
    loop.watch(x.from.get(), EPOLLIN, [&] { x.move_some(buffer); });
  }
  for (;;)
    loop.run_once(-1);
}

} // namespace camnode::bench
