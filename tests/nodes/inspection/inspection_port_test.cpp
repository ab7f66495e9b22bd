#define CAF_SUITE inspection_port
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "nodes/inspection/inspection_port.hpp"
#include "tests/nodes/inspection/inspection_fixture.hpp"
#include "tests/scratch_directory.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

using namespace camnode;
using namespace camnode_test;

namespace {

/// A connection that says whatever the test wants.
class peer {
public:
  explicit peer(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    reach(where);
  }

  explicit peer(const std::string& path)
    : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    std::memcpy(where.sun_path, path.data(), path.size());
    reach(where);
  }

  ~peer() {
    close(fd_);
  }

  void say(const std::string& text) {
    send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }

  /// All that comes until the other end closes.
  std::string hear() {
    std::string result;
    char buffer[4096];
    ssize_t n = 0;
    while ((n = recv(fd_, buffer, sizeof(buffer), 0)) > 0)
      result.append(buffer, static_cast<size_t>(n));
    if (n < 0 && errno == EAGAIN)
      CAF_FAIL("the other end neither speaks nor closes");
    return result;
  }

  /// Hears until `end` has come.
  void hear_until(const std::string& end) {
    std::string heard;
    char c = 0;
    while (heard.find(end) == std::string::npos && recv(fd_, &c, 1, 0) == 1)
      heard += c;
  }

  bool connected = false;

private:
  template <class Address>
  void reach(const Address& where) {
    timeval patience{30, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    connected = connect(fd_, reinterpret_cast<const sockaddr*>(&where),
                        sizeof(where))
                == 0;
  }

  const int fd_;
};

const std::string look = "GET /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         "Connection: close\r\n\r\n";

std::string record(const std::string& more) {
  return "POST /api/v1/record HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         "Connection: close\r\n"
         + more;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct fixture : inspection_fixture {
  fixture() {
    options.host = "127.0.0.1";
    options.operates = true;
  }

  caf::expected<inspection_port_ptr> try_open() {
    return open_http_port(options, std::make_shared<inspection>(node()),
                          actor_context{&directory, &alarms,
                                        "inspector/operator", 0});
  }

  inspection_port_ptr open() {
    auto port = try_open();
    if (!port)
      CAF_FAIL(describe(port.error()));
    return std::move(*port);
  }

  template <class Where>
  std::string answer(const Where& where, const std::string& request) {
    peer x{where};
    CAF_CHECK(x.connected);
    x.say(request);
    return x.hear();
  }

  std::string why_not_open() {
    auto port = try_open();
    return port ? "" : describe(port.error());
  }

  scratch_directory scratch;
  inspection_port_options options;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(inspection_port_tests, fixture)

CAF_TEST(a port answers as the API says) {
  auto port = open();
  auto text = answer(port->number(), look);
  CAF_CHECK(has(text, "HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(has(text, "\"id\":\"lab\""));
  text = answer(port->number(), record("Content-Length: 5\r\n\r\nstart"));
  CAF_CHECK(has(text, "told to start"));
  CAF_CHECK_EQUAL(commands.size(), 1u);
}

CAF_TEST(a body comes in chunks as well as whole) {
  auto port = open();
  auto text = answer(port->number(),
                     record("Transfer-Encoding: chunked\r\n\r\n"
                            "2\r\nst\r\n3\r\nart\r\n0\r\n\r\n"));
  CAF_CHECK(has(text, "told to start"));
}

CAF_TEST(errors are JSON whoever finds them) {
  auto port = open();
  for (auto& request :
       {std::string{"rubbish\r\n\r\n"},
        std::string{"PUT / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"},
        record("Content-Length: 70000\r\n\r\n"),
        record("Content-Length: x\r\n\r\n"),
        std::string{"GET /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    "Content-Length: 1\r\n\r\nx"},
        "GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n"}) {
    auto text = answer(port->number(), request);
    CAF_CHECK(has(text, "HTTP/1.1 4"));
    CAF_CHECK(has(text, "\r\n\r\n{\"error\":"));
  }
  CAF_CHECK(commands.empty());
}

CAF_TEST(a port that looks does not operate) {
  options.operates = false;
  auto port = open();
  auto text = answer(port->number(), record("Content-Length: 5\r\n\r\nstart"));
  CAF_CHECK(has(text, "HTTP/1.1 403"));
  CAF_CHECK(has(answer(port->number(), look), "\"operates\":false"));
  CAF_CHECK(commands.empty());
}

CAF_TEST(a port that was open is free again) {
  uint16_t number = 0;
  for (int i = 0; i < 3; ++i)
    number = open()->number();
  CAF_CHECK(!peer{number}.connected);
}

CAF_TEST(who says nothing makes room for others) {
  auto port = open();
  std::vector<std::unique_ptr<peer>> silent;
  for (int i = 0; i < 64; ++i)
    silent.push_back(std::make_unique<peer>(port->number()));
  CAF_CHECK(has(answer(port->number(), look), "\"id\":\"lab\""));
  CAF_CHECK_EQUAL(silent.front()->hear(), "");
}

CAF_TEST(who has asked something stays while others say nothing) {
  auto port = open();
  const std::string ask = "GET /api/v1/metrics HTTP/1.1\r\n"
                          "Host: 127.0.0.1\r\n";
  peer known{port->number()};
  known.say(ask + "\r\n");
  known.hear_until("mine 1\n");
  std::vector<std::unique_ptr<peer>> silent;
  for (int i = 0; i < 64; ++i)
    silent.push_back(std::make_unique<peer>(port->number()));
  CAF_CHECK_EQUAL(silent.front()->hear(), "");
  known.say(ask + "Connection: close\r\n\r\n");
  CAF_CHECK(has(known.hear(), "mine 1\n"));
}

CAF_TEST(a body that has no use is refused before it comes) {
  auto port = open();
  for (auto* head : {"GET /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                     "Content-Length: 3\r\n\r\n",
                     "PUT /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                     "Content-Length: 1000000\r\n\r\n"}) {
    auto text = answer(port->number(), head);
    CAF_CHECK(has(text, *head == 'G' ? "HTTP/1.1 400" : "HTTP/1.1 405"));
  }
}

CAF_TEST(who says nothing is closed in the end) {
  auto port = open();
  CAF_CHECK_EQUAL(peer{port->number()}.hear(), "");
}

CAF_TEST(a socket answers its user alone and is gone at the end) {
  options.socket.path = scratch.path() / "lab.sock";
  auto port = open();
  struct stat file;
  CAF_REQUIRE_EQUAL(stat(options.socket.path.c_str(), &file), 0);
  CAF_CHECK_EQUAL(file.st_mode & 0777, 0600u);
  CAF_CHECK(has(answer(options.socket.path, look), "\"operates\":true"));
  CAF_CHECK_EQUAL(port->number(), 0);
  port.reset();
  CAF_CHECK_NOT_EQUAL(stat(options.socket.path.c_str(), &file), 0);
}

CAF_TEST(a socket of a service is for its group whatever the umask) {
  options.socket = {scratch.path() / "lab.sock", 0660};
  auto before = umask(0027);
  auto port = open();
  umask(before);
  struct stat file;
  CAF_REQUIRE_EQUAL(stat(options.socket.path.c_str(), &file), 0);
  CAF_CHECK_EQUAL(file.st_mode & 0777, 0660u);
}

CAF_TEST(a socket that a dead node left is replaced) {
  options.socket.path = scratch.path() / "lab.sock";
  auto left = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::memcpy(where.sun_path, options.socket.path.data(),
              options.socket.path.size());
  CAF_REQUIRE_EQUAL(bind(left, reinterpret_cast<sockaddr*>(&where),
                         sizeof(where)),
                    0);
  close(left);
  auto port = open();
  CAF_CHECK(has(answer(options.socket.path, look), "\"id\":\"lab\""));
}

CAF_TEST(a socket at which somebody listens is left alone) {
  options.socket.path = scratch.path() / "lab.sock";
  auto port = open();
  CAF_CHECK(has(why_not_open(), "lab.sock: cannot bind: "));
  CAF_CHECK(has(answer(options.socket.path, look), "\"id\":\"lab\""));
}

CAF_TEST(a file that is no socket is left alone) {
  options.socket.path = scratch.path() / "lab.sock";
  std::ofstream{options.socket.path} << "precious";
  CAF_CHECK(has(why_not_open(), "lab.sock: cannot bind: "));
  std::string content;
  std::ifstream{options.socket.path} >> content;
  CAF_CHECK_EQUAL(content, "precious");
}

CAF_TEST(a path that is too long for a socket is refused) {
  options.socket.path = "/" + std::string(108, 'x');
  CAF_CHECK(has(why_not_open(), "a socket's path may have 107 bytes"));
}

CAF_TEST(a port whose certificates cannot be read is not opened) {
  options.tls = {"/no/such.pem", "/no/such.key", "/no/such.pem"};
  CAF_CHECK_EQUAL(why_not_open(),
                  "bad configuration: cert-file=/no/such.pem: want a "
                  "certificate (PEM)");
}

CAF_TEST_FIXTURE_SCOPE_END()
