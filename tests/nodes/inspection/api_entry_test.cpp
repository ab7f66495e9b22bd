#define CAF_SUITE api_entry
#include "tests/camnode_test.hpp"

#include "actors/base/http_pages.hpp"
#include "messages/error.hpp"
#include "nodes/inspection/node_api.hpp"
#include "tests/nodes/inspection/inspection_fixture.hpp"
#include "tests/raw_peer.hpp"
#include "tests/scratch_directory.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <vector>

using namespace camnode;
using namespace camnode_test;

namespace {

const std::string token = "0123456789abcdef";

const std::string look = "GET /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         "Connection: close\r\n\r\n";

std::string record(const std::string& more) {
  return "POST /api/v1/record HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         "Connection: close\r\nAuthorization: Bearer "
         + token + "\r\n" + more;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A way into a node: a TCP port, or a socket where `options` have a path.
struct fixture : inspection_fixture {
  std::unique_ptr<http_pages> try_open(caf::error& err) {
    options.entry = api_entry(look_into());
    options.entry.api_alone = true;
    if (options.socket.empty())
      options.entry.door = std::make_shared<http_door>(
        http_door_options{token, {}});
    auto result = std::make_unique<http_pages>(io, options);
    err = result->start();
    return result;
  }

  std::unique_ptr<http_pages> open() {
    caf::error err;
    auto result = try_open(err);
    if (err)
      CAF_FAIL(describe(err));
    return result;
  }

  template <class Where>
  std::string answer(const Where& where, const std::string& request) {
    raw_peer x{where};
    CAF_CHECK(x.connected);
    x.say(request);
    return x.hear();
  }

  std::string why_not_open() {
    caf::error err;
    auto port = try_open(err);
    return err ? describe(err) : "";
  }

  scratch_directory scratch;
  io_thread io;
  http_pages_options options;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(api_entry_tests, fixture)

CAF_TEST(a port answers as the API says) {
  auto port = open();
  auto text = answer(port->port(), look);
  CAF_CHECK(has(text, "HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(has(text, "\"id\":\"lab\""));
  text = answer(port->port(), record("Content-Length: 5\r\n\r\nstart"));
  CAF_CHECK(has(text, "told to start"));
  CAF_CHECK_EQUAL(commands.size(), 1u);
}

CAF_TEST(a body comes in chunks as well as whole) {
  auto port = open();
  auto text = answer(port->port(), record("Transfer-Encoding: chunked\r\n\r\n"
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
    auto text = answer(port->port(), request);
    CAF_CHECK(has(text, "HTTP/1.1 4"));
    CAF_CHECK(has(text, "\r\n\r\n{\"error\":"));
  }
  CAF_CHECK(commands.empty());
}

CAF_TEST(who has no token looks and does not operate) {
  auto port = open();
  auto text = answer(port->port(), "POST /api/v1/record HTTP/1.1\r\n"
                                   "Host: 127.0.0.1\r\n"
                                   "Content-Length: 5\r\n\r\nstart");
  CAF_CHECK(has(text, "HTTP/1.1 401"));
  CAF_CHECK(has(text, "\r\nWWW-Authenticate: Basic realm=\"camnode\"\r\n"));
  CAF_CHECK(has(answer(port->port(), look), "\"operates\":false"));
  CAF_CHECK(commands.empty());
}

CAF_TEST(a crowd that guesses does not delay who knows the token) {
  auto port = open();
  raw_peer guesser{port->port()};
  guesser.say("GET /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n"
              "Authorization: Bearer 0123456789abcdeX\r\n\r\n");
  CAF_CHECK(has(answer(port->port(), record("Content-Length: 5\r\n\r\nstart")),
                "told to start"));
  CAF_CHECK(has(guesser.hear(), "HTTP/1.1 401"));
}

CAF_TEST(a report that takes long holds nobody else up at any way in) {
  for (std::string path : {"", "lab.sock"}) {
    if (!path.empty())
      path = scratch.path() / path;
    options.socket = path;
    std::promise<void> reached, go_on;
    before_look = [&] {
      reached.set_value();
      go_on.get_future().wait();
    };
    auto way = open();
    auto port = way->port();
    auto first = path.empty() ? std::make_unique<raw_peer>(port)
                              : std::make_unique<raw_peer>(path);
    first->say(look);
    reached.get_future().wait();
    const std::string status = "GET /api/v1/status HTTP/1.1\r\n"
                               "Host: 127.0.0.1\r\nConnection: close\r\n\r\n";
    auto other = path.empty() ? answer(port, status) : answer(path, status);
    CAF_CHECK(has(other, "HTTP/1.1 200 OK\r\n"));
    go_on.set_value();
    CAF_CHECK(has(first->hear(), "\"id\":\"lab\""));
  }
}

CAF_TEST(the end of a node waits for the report that is being made) {
  std::promise<void> reached, go_on;
  std::atomic<bool> made{false};
  before_look = [&] {
    reached.set_value();
    go_on.get_future().wait();
    made = true;
  };
  auto port = open();
  options.entry = {}; // The port alone is the node's.
  raw_peer asker{port->port()};
  asker.say(look);
  reached.get_future().wait();
  auto end = std::async(std::launch::async, [&] { port.reset(); });
  CAF_CHECK_EQUAL(asker.hear(), "");
  go_on.set_value();
  end.wait();
  CAF_CHECK(made);
}

CAF_TEST(a port that was open is free again) {
  uint16_t number = 0;
  for (int i = 0; i < 3; ++i)
    number = open()->port();
  CAF_CHECK(!raw_peer{number}.connected);
}

CAF_TEST(who says nothing makes room for others) {
  auto port = open();
  std::vector<std::unique_ptr<raw_peer>> silent;
  for (int i = 0; i < 64; ++i)
    silent.push_back(std::make_unique<raw_peer>(port->port()));
  CAF_CHECK(has(answer(port->port(), look), "\"id\":\"lab\""));
  CAF_CHECK_EQUAL(silent.front()->hear(), "");
}

CAF_TEST(who has asked something stays while others say nothing) {
  auto port = open();
  const std::string ask = "GET /api/v1/metrics HTTP/1.1\r\n"
                          "Host: 127.0.0.1\r\n";
  raw_peer known{port->port()};
  known.say(ask + "\r\n");
  known.hear_until("mine 1\n");
  std::vector<std::unique_ptr<raw_peer>> silent;
  for (int i = 0; i < 64; ++i)
    silent.push_back(std::make_unique<raw_peer>(port->port()));
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
    auto text = answer(port->port(), head);
    CAF_CHECK(has(text, *head == 'G' ? "HTTP/1.1 400" : "HTTP/1.1 405"));
  }
}

CAF_TEST(who says nothing is closed in the end) {
  auto port = open();
  CAF_CHECK_EQUAL(raw_peer{port->port()}.hear(), "");
}

CAF_TEST(a socket answers its user alone and is gone at the end) {
  options.socket = scratch.path() / "lab.sock";
  auto port = open();
  struct stat file;
  CAF_REQUIRE_EQUAL(stat(options.socket.c_str(), &file), 0);
  CAF_CHECK_EQUAL(file.st_mode & 0777, 0600u);
  CAF_CHECK(has(answer(options.socket, look), "\"operates\":true"));
  CAF_CHECK_EQUAL(port->port(), 0);
  port.reset();
  CAF_CHECK_NOT_EQUAL(stat(options.socket.c_str(), &file), 0);
}

CAF_TEST(a socket of a service is for its group whatever the umask) {
  options.socket = scratch.path() / "lab.sock";
  options.socket_mode = 0660;
  auto before = umask(0027);
  auto port = open();
  umask(before);
  struct stat file;
  CAF_REQUIRE_EQUAL(stat(options.socket.c_str(), &file), 0);
  CAF_CHECK_EQUAL(file.st_mode & 0777, 0660u);
}

CAF_TEST(a socket that a dead node left is replaced) {
  options.socket = scratch.path() / "lab.sock";
  auto left = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::memcpy(where.sun_path, options.socket.data(), options.socket.size());
  CAF_REQUIRE_EQUAL(bind(left, reinterpret_cast<sockaddr*>(&where),
                         sizeof(where)),
                    0);
  close(left);
  auto port = open();
  CAF_CHECK(has(answer(options.socket, look), "\"id\":\"lab\""));
}

CAF_TEST(a socket at which somebody listens is left alone) {
  options.socket = scratch.path() / "lab.sock";
  auto port = open();
  CAF_CHECK(has(why_not_open(), "lab.sock: cannot bind: "));
  CAF_CHECK(has(answer(options.socket, look), "\"id\":\"lab\""));
}

CAF_TEST(a file that is no socket is left alone) {
  options.socket = scratch.path() / "lab.sock";
  std::ofstream{options.socket} << "precious";
  CAF_CHECK(has(why_not_open(), "lab.sock: cannot bind: "));
  std::string content;
  std::ifstream{options.socket} >> content;
  CAF_CHECK_EQUAL(content, "precious");
}

CAF_TEST(a path that is too long for a socket is refused) {
  options.socket = "/" + std::string(108, 'x');
  CAF_CHECK(has(why_not_open(), "a socket's path may have 107 bytes"));
}

CAF_TEST_FIXTURE_SCOPE_END()
