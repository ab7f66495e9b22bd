#pragma once

// A stream over loopback. Include it after `camnode_test.hpp`.

#include "actors/stream_publisher/stream_server.hpp"
#include "actors/viewer/stream_connection.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "tests/actors/frame_samples.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace camnode_test {

/// How long a test waits for what must come. Reached only by a failure.
constexpr std::chrono::seconds stream_patience{30};

inline const std::string localhost = "127.0.0.1";

inline std::string as_text(const bytes& x) {
  return {x.begin(), x.end()};
}

/// A server's ring and port, a client's ring and connection, and sockets in
/// between.
struct stream_fixture {
  using ending = camnode::stream_event::kind;

  stream_fixture()
    : camera(new_ring()),
      received(new_ring()),
      board(std::make_shared<camnode::viewer_board>()),
      intake(std::make_shared<camnode::frame_intake>(received, board)) {
    received->listen([this] { note([] {}); });
  }

  ~stream_fixture() {
    connection.reset();
    server.reset();
  }

  static std::shared_ptr<camnode::frame_ring> new_ring(size_t bytes = 64
                                                                      << 20) {
    return std::make_shared<camnode::frame_ring>(
      camnode::frame_ring::limits{bytes, std::chrono::hours{1}});
  }

  void serve(uint64_t run = 1) {
    epoch = run;
    camnode::stream_server_options options;
    options.host = localhost;
    options.port = 0;
    options.id = "cam";
    options.epoch = run;
    server = std::make_unique<camnode::stream_server>(io, camera, options);
    if (auto err = server->start())
      CAF_FAIL(camnode::describe(err));
  }

  /// Captures frames `first` to `last`.
  void capture(uint64_t first, uint64_t last, camnode::frame_gap gap = {}) {
    for (auto i = first; i <= last; ++i) {
      auto x = new_picture(i, epoch);
      x->capture_mono_ns = camnode::capture_clock_ns();
      x->gap = i == first ? gap : camnode::frame_gap{};
      camera->push(std::move(x), camnode::capture_clock_ns());
    }
  }

  camnode::stream_connection_options options_to(uint16_t port) const {
    camnode::stream_connection_options options;
    options.ip = localhost;
    options.port = port;
    options.want_past = true;
    return options;
  }

  void connect(camnode::stream_connection_options options) {
    connection.reset();
    ended.clear();
    connection = std::make_unique<camnode::stream_connection>(
      io, intake, std::move(options),
      camnode::stream_connection_events{[this](const camnode::stream_peer& x) {
                                          note([&] {
                                            ++connects;
                                            legacy = x.legacy;
                                            peer = x;
                                          });
                                        },
                                        [this](ending how, std::string why) {
                                          note([&] {
                                            strangers += how
                                                         == ending::stranger;
                                            ended = std::move(why);
                                            wasteful = how == ending::wasteful;
                                          });
                                        }});
  }

  void connect() {
    connect(options_to(server->port()));
  }

  void disconnect() {
    connection.reset();
  }

  template <class F>
  void note(F change) {
    {
      std::lock_guard<std::mutex> guard{mutex};
      change();
    }
    changed.notify_all();
  }

  template <class F>
  void wait(F done) {
    std::unique_lock<std::mutex> guard{mutex};
    if (!changed.wait_for(guard, stream_patience, done))
      CAF_FAIL("waited in vain");
  }

  /// Waits for frames up to `sequence` of the present run.
  void wait_for_frame(uint64_t sequence) {
    wait([&] {
      auto x = received->stats();
      return x.last_epoch == epoch && x.last_sequence >= sequence;
    });
  }

  std::string wait_for_end() {
    wait([&] { return !ended.empty(); });
    return ended;
  }

  /// All that was received, as `epoch:sequence`, with gaps in front.
  std::string story() const {
    std::string result;
    camnode::frame_ring::position cursor = 0;
    while (auto x = received->next(cursor).frame) {
      if (x->gap.place != camnode::loss_place::none)
        result += "(" + std::to_string(x->gap.first) + "-"
                  + std::to_string(x->gap.last) + " " + to_string(x->gap.place)
                  + ") ";
      result += std::to_string(x->epoch) + ":" + std::to_string(x->sequence)
                + " ";
    }
    return result;
  }

  static std::string frames(uint64_t run, uint64_t first, uint64_t last) {
    std::string result;
    for (auto i = first; i <= last; ++i)
      result += std::to_string(run) + ":" + std::to_string(i) + " ";
    return result;
  }

  camnode::io_thread io; // Behind all that runs on it.
  std::mutex mutex;
  std::condition_variable changed;
  int connects = 0;
  int strangers = 0;
  camnode::stream_peer peer;
  bool legacy = false;
  std::string ended;
  bool wasteful = false;
  uint64_t epoch = 1;
  std::shared_ptr<camnode::frame_ring> camera;
  std::shared_ptr<camnode::frame_ring> received;
  camnode::viewer_board_ptr board;
  std::shared_ptr<camnode::frame_intake> intake;
  std::unique_ptr<camnode::stream_server> server;
  std::unique_ptr<camnode::stream_connection> connection;
};

} // namespace camnode_test
