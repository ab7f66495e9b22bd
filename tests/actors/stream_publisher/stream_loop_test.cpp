#define CAF_SUITE stream_loop
#include "tests/camnode_test.hpp"

#include "messages/wire/legacy_framing.hpp"
#include "tests/actors/stream_publisher/scripted_server.hpp"
#include "tests/actors/stream_publisher/stream_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

/// What a legacy server sends for `n` frames: before each, an empty one.
std::string legacy_stream(int n) {
  auto jpeg = as_text(plain_jpeg());
  auto header = make_legacy_header(jpeg.size());
  std::string result;
  for (int i = 0; i < n; ++i)
    result += std::string(4, '\0') + std::string(header.begin(), header.end())
              + jpeg;
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(stream_loop_tests, stream_fixture)

CAF_TEST(all frames arrive whole and in order) {
  serve();
  capture(1, 50);
  connect();
  wait_for_frame(50);
  capture(51, 300);
  wait_for_frame(300);
  CAF_CHECK_EQUAL(story(), frames(1, 1, 300));
  auto x = received->newest();
  CAF_CHECK(bytes(x->jpeg.data(), x->jpeg.data() + x->jpeg.size())
            == plain_jpeg());
  CAF_CHECK_EQUAL(connects, 1);
  CAF_CHECK(!legacy);
  CAF_CHECK_EQUAL(ended, "");
}

CAF_TEST(a reader that wants no past begins with the newest frame) {
  serve();
  capture(1, 9);
  auto options = options_to(server->port());
  options.want_past = false;
  connect(options);
  wait_for_frame(9);
  capture(10, 12);
  wait_for_frame(12);
  CAF_CHECK_EQUAL(story(), frames(1, 9, 12));
}

CAF_TEST(a reconnect resumes after the last frame) {
  serve();
  connect();
  uint64_t next = 1;
  for (int i = 0; i < 5; ++i) {
    capture(next, next + 9);
    wait_for_frame(next + 9);
    disconnect();
    capture(next + 10, next + 19);
    next += 20;
    connect();
  }
  wait_for_frame(next - 1);
  CAF_CHECK_EQUAL(story(), frames(1, 1, next - 1));
  CAF_CHECK_EQUAL(board->look().doubled, 0u);
}

CAF_TEST(a server that is replaced before the same ring costs nothing) {
  serve();
  connect();
  capture(1, 10);
  wait_for_frame(10);
  server.reset();
  CAF_CHECK_EQUAL(wait_for_end(), "closed by the server");
  capture(11, 20);
  serve();
  connect();
  wait_for_frame(20);
  CAF_CHECK_EQUAL(story(), frames(1, 1, 20));
}

CAF_TEST(a new run of a server is read from its first frame on) {
  serve(1);
  capture(1, 5);
  connect();
  wait_for_frame(5);
  server.reset();
  wait_for_end();
  camera = new_ring();
  serve(2);
  capture(1, 4);
  connect();
  wait_for_frame(4);
  CAF_CHECK_EQUAL(story(), frames(1, 1, 5) + frames(2, 1, 4));
}

CAF_TEST(what a small ring let go of is a gap at the server) {
  camera = new_ring(10 * plain_jpeg().size());
  serve();
  capture(1, 5);
  connect();
  wait_for_frame(5);
  disconnect();
  capture(6, 40);
  connect();
  wait_for_frame(40);
  CAF_CHECK_EQUAL(story(),
                  frames(1, 1, 5) + "(6-30 server ring) " + frames(1, 31, 40));
  CAF_CHECK(server->figures().frames_lost >= 25);
}

CAF_TEST(what the camera lost is a gap where it was lost) {
  serve();
  capture(1, 2);
  connect();
  wait_for_frame(2);
  capture(6, 7, {3, 5, loss_place::encoder});
  capture(9, 9, {8, 8, loss_place::source});
  wait_for_frame(9);
  CAF_CHECK_EQUAL(story(), "1:1 1:2 (3-5 encoder) 1:6 1:7 (8-8 source) 1:9 ");
  CAF_CHECK_EQUAL(server->figures().frames_lost.load(), 0u);
}

CAF_TEST(a gap of two places is told as that which lost most of it) {
  serve();
  capture(1, 2);
  connect();
  wait_for_frame(2);
  // The ring has never seen 3 to 7, nor 21 to 37.
  capture(20, 20, {8, 19, loss_place::source});
  capture(40, 40, {38, 39, loss_place::source});
  wait_for_frame(40);
  CAF_CHECK_EQUAL(story(), "1:1 1:2 (3-19 source) 1:20 "
                           "(21-39 server ring) 1:40 ");
  CAF_CHECK_EQUAL(server->figures().frames_lost.load(), 5u + 17u);
}

CAF_TEST(frames are placed by the clock of their server) {
  serve();
  capture(1, 3);
  auto options = options_to(server->port());
  options.expect_http = true;
  connect(options);
  wait_for_frame(3);
  auto before = client_clock_ns();
  auto server_now = capture_clock_ns();
  auto after = client_clock_ns();
  frame_ring::position cursor = 0;
  while (auto x = received->next(cursor).frame) {
    CAF_CHECK_EQUAL(x->flags, 0u);
    CAF_CHECK(x->offset_ns - x->offset_error_ns <= after - server_now);
    CAF_CHECK(x->offset_ns + x->offset_error_ns >= before - server_now);
    CAF_CHECK(x->capture_mono_ns + x->offset_ns
              <= x->receive_ns + x->offset_error_ns);
  }
}

CAF_TEST(a legacy server is told by its answer) {
  scripted_server old{legacy_stream(3)};
  epoch = 0;
  connect(options_to(old.port()));
  wait_for_frame(3);
  CAF_CHECK(legacy);
  CAF_CHECK_EQUAL(story(), frames(0, 1, 3));
  CAF_CHECK_EQUAL(received->newest()->flags,
                  uint32_t{frame::receive_time_only});
}

CAF_TEST(a legacy answer of a server that announced itself is an error) {
  scripted_server confused{legacy_stream(3)};
  auto options = options_to(confused.port());
  options.expect_http = true;
  connect(options);
  CAF_CHECK(wait_for_end().find("legacy") != std::string::npos);
  CAF_CHECK_EQUAL(received->stats().pushed, 0u);
}

CAF_TEST(nothing is taken from a server that calls itself otherwise) {
  serve();
  capture(1, 3);
  auto options = options_to(server->port());
  options.expect_id = "porch";
  for (auto clock_first : {false, true}) {
    options.expect_http = clock_first;
    connect(options);
    CAF_CHECK_EQUAL(wait_for_end(),
                    "another server is there, which calls itself 'cam'");
  }
  CAF_CHECK_EQUAL(strangers, 2);
  CAF_CHECK_EQUAL(connects, 0);
  CAF_CHECK_EQUAL(received->stats().pushed, 0u);
  CAF_CHECK_EQUAL(board->look().answered_ns, 0);
  CAF_CHECK_EQUAL(board->look().probes, 0u);
}

CAF_TEST(another server that has no frame is one too) {
  serve();
  auto options = options_to(server->port());
  options.expect_id = "porch";
  connect(options);
  wait_for_end();
  CAF_CHECK_EQUAL(strangers, 1);
}

CAF_TEST(a new run of the server that is expected is taken) {
  serve(1);
  capture(1, 2);
  auto options = options_to(server->port());
  options.expect_id = "cam";
  connect(options);
  wait_for_frame(2);
  CAF_CHECK_EQUAL(peer.id, "cam");
  CAF_CHECK_EQUAL(peer.epoch, 1u);
  server.reset();
  wait_for_end();
  camera = new_ring();
  serve(2);
  capture(1, 1);
  options.port = server->port();
  connect(options);
  wait_for_frame(1);
  CAF_CHECK_EQUAL(peer.epoch, 2u);
  CAF_CHECK_EQUAL(strangers, 0);
}

CAF_TEST(a server that does not answer ends the try by its deadline) {
  silent_server nobody;
  auto options = options_to(nobody.port());
  options.connect_deadline = 150ms;
  connect(options);
  CAF_CHECK_EQUAL(wait_for_end(), "no connection within 150 ms");
}

CAF_TEST(a server that falls silent ends the connection by its deadline) {
  scripted_server old{legacy_stream(2)};
  epoch = 0;
  auto options = options_to(old.port());
  options.stall_deadline = 300ms;
  connect(options);
  wait_for_frame(2);
  CAF_CHECK_EQUAL(wait_for_end().find("no byte for "), 0u);
}

CAF_TEST(a port where nobody listens ends the try) {
  loopback_socket closed;
  connect(options_to(closed.port()));
  CAF_CHECK_EQUAL(wait_for_end().find("cannot connect: "), 0u);
}

CAF_TEST(an address that is none ends the try) {
  auto options = options_to(8000);
  options.ip = "porch.local";
  connect(options);
  CAF_CHECK_EQUAL(wait_for_end(), "porch.local is not an IP address");
}

CAF_TEST(a web server that is no camera ends the try) {
  scripted_server web{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
  connect(options_to(web.port()));
  CAF_CHECK(wait_for_end().find("404") != std::string::npos);
  CAF_CHECK_EQUAL(connects, 0);
}

CAF_TEST(a stream of nothing but empty parts is ended as a waste) {
  std::string empty = "HTTP/1.1 200 OK\r\nContent-Type: "
                      "multipart/x-mixed-replace; boundary=x\r\n\r\n--x\r\n";
  for (int i = 0; i < 20'000; ++i)
    empty += "Content-Length: 0\r\n\r\n--x\r\n";
  scripted_server idle{empty};
  connect(options_to(idle.port()));
  CAF_CHECK(wait_for_end().find("wastes") != std::string::npos);
  CAF_CHECK(wasteful);
}

CAF_TEST_FIXTURE_SCOPE_END()
