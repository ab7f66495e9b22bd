#define CAF_SUITE stream_port
#include "tests/camnode_test.hpp"

#include "messages/wire/legacy_framing.hpp"
#include "tests/actors/stream_publisher/scripted_server.hpp"
#include "tests/actors/stream_publisher/stream_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

void dial(const loopback_socket& from, uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(port);
  CAF_REQUIRE_EQUAL(::connect(from.fd(), reinterpret_cast<sockaddr*>(&to),
                              sizeof(to)),
                    0);
}

void say(const loopback_socket& to, std::string_view text) {
  CAF_REQUIRE_EQUAL(send(to.fd(), text.data(), text.size(), MSG_NOSIGNAL),
                    static_cast<ssize_t>(text.size()));
}

/// What comes until the peer closes.
std::string hear_all(const loopback_socket& from) {
  std::string result;
  char some[4096];
  for (ssize_t n = 0; (n = recv(from.fd(), some, sizeof(some), 0)) > 0;)
    result.append(some, static_cast<size_t>(n));
  return result;
}

void hear_until(const loopback_socket& from, const std::string& end) {
  std::string got;
  char c = 0;
  while (got.find(end) == std::string::npos && recv(from.fd(), &c, 1, 0) == 1)
    got += c;
  CAF_CHECK(got.find(end) != std::string::npos);
}

/// Asks for something, and reads the first bytes of the answer.
void ask(const loopback_socket& x, std::string_view target) {
  say(x, "GET " + std::string{target} + " HTTP/1.1\r\nHost: x\r\n\r\n");
  hear_until(x, "HTTP/1.1 200 OK");
}

constexpr auto lossless = "/stream.mjpg?mode=lossless";

} // namespace

CAF_TEST_FIXTURE_SCOPE(stream_port_tests, stream_fixture)

CAF_TEST(a silent reader gets the legacy protocol) {
  serve();
  capture(1, 1);
  loopback_socket reader;
  dial(reader, server->port());
  auto jpeg = as_text(plain_jpeg());
  auto header = make_legacy_header(jpeg.size());
  for (uint64_t i = 2; i <= 4; ++i) {
    std::string got(header.size() + jpeg.size(), '\0');
    auto n = recv(reader.fd(), got.data(), got.size(), MSG_WAITALL);
    CAF_REQUIRE_EQUAL(static_cast<size_t>(n), got.size());
    CAF_CHECK(got == std::string(header.begin(), header.end()) + jpeg);
    capture(i, i);
  }
  CAF_CHECK_EQUAL(server->figures().legacy_readers.load(), 1u);
}

CAF_TEST(who says nothing is counted where legacy clients get no stream) {
  stream_server_options options;
  options.host = localhost;
  options.port = 0;
  options.entry.door = std::make_shared<http_door>(
    http_door_options{"0123456789abcdef", {}, true});
  server = std::make_unique<stream_server>(io, camera, options);
  CAF_REQUIRE(!server->start());
  loopback_socket silent, slow;
  dial(silent, server->port());
  dial(slow, server->port());
  say(slow, "GET / HT");
  CAF_CHECK_EQUAL(hear_all(silent), "");
  CAF_CHECK_EQUAL(hear_all(slow), "");
  CAF_CHECK_EQUAL(server->figures().silent.load(), 1u);
}

CAF_TEST(the answer to HEAD has no body) {
  serve();
  capture(1, 1);
  loopback_socket reader;
  dial(reader, server->port());
  say(reader, "HEAD /stream.mjpg HTTP/1.1\r\nHost: x\r\n\r\n");
  auto answer = hear_all(reader);
  CAF_CHECK_EQUAL(answer.find("HTTP/1.1 200 OK\r\n"), 0u);
  CAF_CHECK_EQUAL(answer.find("\r\n\r\n") + 4, answer.size());
}

CAF_TEST(a connection over the limit is refused and counted) {
  stream_server_options options;
  options.host = localhost;
  options.port = 0;
  options.max_connections = 0;
  server = std::make_unique<stream_server>(io, camera, options);
  CAF_REQUIRE(!server->start());
  connect();
  wait_for_end();
  CAF_CHECK_EQUAL(server->figures().refused.load(), 1u);
}

CAF_TEST(readers of one machine over its limit are refused) {
  stream_server_options options;
  options.host = localhost;
  options.port = 0;
  options.max_local = 2;
  server = std::make_unique<stream_server>(io, camera, options);
  CAF_REQUIRE(!server->start());
  loopback_socket readers[2];
  for (auto& x : readers) {
    dial(x, server->port());
    ask(x, lossless);
  }
  capture(1, 1); // Both have it: they are readers by now.
  for (auto& x : readers)
    hear_until(x, "\xFF\xD8");
  loopback_socket late;
  dial(late, server->port());
  CAF_CHECK_EQUAL(hear_all(late), "");
  CAF_CHECK_EQUAL(server->figures().accepted.load(), 2u);
  CAF_CHECK_EQUAL(server->figures().refused.load(), 1u);
}

CAF_TEST(who only waits makes room for readers) {
  stream_server_options options;
  options.host = localhost;
  options.port = 0;
  options.max_connections = 3;
  server = std::make_unique<stream_server>(io, camera, options);
  CAF_REQUIRE(!server->start());
  loopback_socket idle[3];
  for (auto& x : idle) {
    dial(x, server->port());
    ask(x, "/clock");
  }
  loopback_socket readers[3];
  for (auto& x : readers) {
    dial(x, server->port());
    ask(x, lossless);
  }
  for (auto& x : idle)
    CAF_CHECK(hear_all(x).find("receive_mono_ns") != std::string::npos);
  CAF_CHECK_EQUAL(server->figures().displaced.load(), 3u);
  // Readers make no room, once they are.
  capture(1, 1);
  for (auto& x : readers)
    hear_until(x, "\xFF\xD8");
  loopback_socket late;
  dial(late, server->port());
  CAF_CHECK_EQUAL(hear_all(late), "");
  CAF_CHECK_EQUAL(server->figures().refused.load(), 1u);
}

CAF_TEST(live readers leave room for lossless ones) {
  stream_server_options options;
  options.host = localhost;
  options.port = 0;
  options.max_live = 2;
  server = std::make_unique<stream_server>(io, camera, options);
  CAF_REQUIRE(!server->start());
  loopback_socket live[3];
  for (auto& x : live)
    dial(x, server->port());
  ask(live[0], "/stream.mjpg");
  ask(live[1], "/stream.mjpg");
  say(live[2], "GET /stream.mjpg HTTP/1.1\r\nHost: x\r\n\r\n");
  CAF_CHECK_EQUAL(hear_all(live[2]).find("HTTP/1.1 503 "), 0u);
  // Who says nothing would be one of them, too.
  loopback_socket silent;
  dial(silent, server->port());
  CAF_CHECK_EQUAL(hear_all(silent), "");
  loopback_socket recorder;
  dial(recorder, server->port());
  ask(recorder, lossless);
}

CAF_TEST(a reader that takes a frame byte by byte does not keep it) {
  // Lets go of each frame when the next one comes.
  camera = std::make_shared<frame_ring>(frame_ring::limits{1, 1s});
  stream_server_options options;
  options.host = localhost;
  options.port = 0;
  options.longest_hold = 1ns;
  server = std::make_unique<stream_server>(io, camera, options);
  CAF_REQUIRE(!server->start());
  // More than all buffers on the way take, that of the reader being small.
  constexpr size_t size = 15 << 20;
  auto big = new_frame(1, 1, 0);
  big->jpeg = frame_bytes{size};
  std::fill_n(big->jpeg.data(), size, uint8_t{0});
  big->jpeg.resize(size);
  camera->push(std::move(big), capture_clock_ns());
  loopback_socket reader;
  constexpr int few = 64 << 10;
  CAF_REQUIRE_EQUAL(setsockopt(reader.fd(), SOL_SOCKET, SO_RCVBUF, &few,
                               sizeof(few)),
                    0);
  dial(reader, server->port());
  say(reader, "GET /stream.mjpg HTTP/1.1\r\nHost: x\r\n\r\n");
  // So much is more than headers: it has the frame.
  bytes begun(few);
  auto n = recv(reader.fd(), begun.data(), begun.size(), MSG_WAITALL);
  CAF_REQUIRE_EQUAL(n, ssize_t{few});
  auto got = begun.size();
  for (uint64_t i = 2; got < size; ++i) {
    char some[512];
    n = recv(reader.fd(), some, sizeof(some), 0);
    if (n <= 0)
      break;
    got += static_cast<size_t>(n);
    capture(i, i);
  }
  CAF_CHECK(got < size);
  CAF_CHECK_EQUAL(server->figures().stalled.load(), 1u);
}

CAF_TEST(a port that is taken is listen_failed) {
  serve();
  stream_server_options options;
  options.host = localhost;
  options.port = server->port();
  stream_server second{io, camera, options};
  CAF_CHECK(second.start() == ec::listen_failed);
}

CAF_TEST_FIXTURE_SCOPE_END()
