#define CAF_SUITE pair_restart
#include "tests/camnode_test.hpp"

#include "actors/base/jpeg_codec.hpp"
#include "actors/recorder/mp4_piece.hpp"
#include "actors/stream_publisher/stream_server.hpp"
#include "messages/clock.hpp"
#include "nodes/client/client_supervisor.hpp"
#include "nodes/running/node.hpp"
#include "tests/scratch_directory.hpp"

#include <atomic>
#include <fstream>
#include <set>

using namespace camnode;
using camnode_test::scratch_directory;
using namespace std::chrono_literals;

namespace {

/// A broker that is never there: found servers and commands come from the test.
class no_broker : public mqtt_client {
public:
  bool up() const override {
    return false;
  }

  void subscribe(const std::string&) override {
  }

  void publish(const std::string&, const std::string&, bool) override {
  }

  void say_goodbye(const std::string&, const std::string&) override {
  }
};

/// A server of the real stream port, and a client of real actors, real sockets
/// and real files; the test is the camera.
struct fixture {
  fixture()
    : camera(std::make_shared<frame_ring>(frame_ring::limits{64 << 20, 60s})),
      cameras(std::make_shared<fleet>()) {
    stream_server_options stream;
    stream.host = "127.0.0.1";
    stream.port = 0;
    stream.id = "cam";
    stream.epoch = 7;
    server = std::make_unique<stream_server>(io, camera, stream);
    if (auto err = server->start())
      CAF_FAIL(describe(err));
    system = std::make_unique<caf::actor_system>(config);
    client_parts parts;
    parts.io = &io;
    parts.cameras = cameras;
    parts.board = std::make_shared<client_board>();
    parts.ring = {64 << 20, 60s};
    parts.pieces = [this](const server_info&) -> open_piece {
      return [this](int64_t start_ms, uint16_t width, uint16_t height) {
        return open_mp4_piece(scratch.path(), start_ms, width, height, 33ms);
      };
    };
    parts.find.client_id = "client";
    parts.sensors.clock = client_clock_ns;
    parts.sensors.dir = scratch.path();
    auto stop = std::make_shared<stop_line>();
    parts.sensors.stop = stop;
    parts.session = {"client", "test",          scratch.path() / "sessions",
                     60s,      client_clock_ns, utc_clock_ns,
                     stop};
    parts.make_client = [](auto&&...) { return std::make_unique<no_broker>(); };
    actor_context context{&directory, &alarms, "client_supervisor", 0};
    root = system->spawn<client_supervisor>(context, std::move(parts));
    caf::anon_send(root, found_atom_v, announced());
    until([&] { return cameras->look().size() == 1; });
  }

  ~fixture() {
    caf::anon_send(root, stop_atom_v);
    root = nullptr;
    system.reset();
  }

  server_info announced() const {
    server_info x;
    x.id = "cam";
    x.ip = "127.0.0.1";
    x.port = server->port();
    x.epoch = 7;
    x.online = true;
    return x;
  }

  /// Waits for other threads, for at most 20 s.
  template <class F>
  void until(F done) {
    for (int i = 0; i < 10'000; ++i) {
      if (done())
        return;
      std::this_thread::sleep_for(2ms);
    }
    CAF_FAIL("waited for 20 s in vain");
  }

  /// Captures `n` frames, each taken by the viewer before the next one.
  void capture(int n) {
    for (int i = 0; i < n; ++i) {
      auto x = std::make_shared<frame>();
      x->epoch = 7;
      x->sequence = ++captured;
      x->capture_mono_ns = capture_clock_ns();
      std::vector<uint8_t> grey(64 * 48 * 3 / 2, 128);
      auto* y = grey.data();
      x->jpeg = encoder.encode({64, 48, {y, y, y}, {64, 32, 32}}, 80);
      camera->push(x, capture_clock_ns());
    }
  }

  ledger_figures books() {
    return cameras->look().at(0).ledger->look();
  }

  viewer_figures viewed() {
    return cameras->look().at(0).board->look();
  }

  std::string alarm(const std::string& name) {
    auto all = alarms.look();
    return all.count(name) > 0 ? all[name] : std::string{};
  }

  void start_session() {
    capture(1);
    until([&] { return viewed().frames == captured; });
    before = captured;
    caf::anon_send(root, record_command{true, {}, 0, false});
    until([&] { return books().session_ms != 0; });
  }

  void stop_session() {
    caf::anon_send(root, record_command{});
    // A frame from after the stop is what ends the session at once.
    until([&] {
      capture(1);
      return books().state == ledger_figures::phase::finished;
    });
  }

  void kill(const std::string& name) {
    auto restarts = directory.restarts(name);
    caf::anon_send(root, kill_atom_v, name);
    until([&] { return directory.restarts(name) > restarts; });
  }

  /// The sequence numbers in all finished index files, in the files' order.
  std::vector<uint64_t> recorded() {
    std::set<std::filesystem::path> files;
    for (auto& x : std::filesystem::directory_iterator{scratch.path()})
      if (x.path().extension() == ".csv")
        files.insert(x.path());
    std::vector<uint64_t> result;
    for (auto& path : files) {
      std::ifstream in{path};
      std::string line;
      std::getline(in, line); // The header.
      while (std::getline(in, line))
        result.push_back(std::stoull(line.substr(line.find(',') + 1)));
    }
    return result;
  }

  /// Checks that each frame captured in the session is there once, in order.
  void check_recorded() {
    auto in_session = captured;
    until([&] { return books().written == in_session - before; });
    stop_session();
    auto found = recorded();
    CAF_REQUIRE(found.size() >= in_session - before);
    for (size_t i = 0; i < found.size(); ++i)
      CAF_REQUIRE_EQUAL(found[i], before + 1 + i);
    CAF_CHECK_EQUAL(books().lost, 0u);
  }

  scratch_directory scratch;
  actor_directory directory;
  alarm_board alarms;
  io_thread io;
  std::shared_ptr<frame_ring> camera;
  std::shared_ptr<fleet> cameras;
  std::unique_ptr<stream_server> server;
  node_config config;
  std::unique_ptr<caf::actor_system> system;
  client_supervisor_actor root;
  jpeg_encoder encoder;
  uint64_t captured = 0;
  uint64_t before = 0; ///< Captured before the session.
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pair_restart_tests, fixture)

CAF_TEST(a killed recorder is replaced and no frame is lost or doubled) {
  start_session();
  for (int i = 0; i < 5; ++i) {
    capture(20);
    kill("recorder/cam");
    capture(20);
  }
  check_recorded();
  CAF_CHECK_EQUAL(directory.restarts("viewer/cam"), 0u);
}

CAF_TEST(a killed viewer is replaced and no frame is lost or doubled) {
  start_session();
  for (int i = 0; i < 5; ++i) {
    capture(20);
    kill("viewer/cam");
    capture(20);
  }
  check_recorded();
  CAF_CHECK_EQUAL(directory.restarts("recorder/cam"), 0u);
}

CAF_TEST(a killed session actor goes on with its session) {
  start_session();
  capture(20);
  kill("session");
  capture(20);
  check_recorded();
}

CAF_TEST(a server that says goodbye is offline for all who look) {
  auto known = [this] { return cameras->look().at(0).server; };
  auto troubled = announced();
  troubled.camera_trouble = "unplugged";
  caf::anon_send(root, found_atom_v, troubled);
  until([&] { return known().camera_trouble == "unplugged"; });
  caf::anon_send(root, lost_atom_v, troubled);
  until([&] { return !known().online; });
  CAF_CHECK_EQUAL(known().camera_trouble, "");
  CAF_CHECK_EQUAL(known().port, server->port());
  caf::anon_send(root, found_atom_v, announced());
  until([&] { return known().online; });
}

CAF_TEST(a server whose address another one took is not connected) {
  start_session();
  auto other = announced();
  other.id = "other";
  caf::anon_send(root, found_atom_v, other);
  until([&] { return cameras->look().size() == 2; });
  until([&] { return !viewed().connected; });
  CAF_CHECK(viewed().last_error.find("replaced by other") == 0);
  auto connected = cameras->connected();
  CAF_REQUIRE_EQUAL(connected.size(), 1u);
  CAF_CHECK_EQUAL(connected[0].id, "other");
  stop_session();
}

CAF_TEST(a server that says who it is keeps its address) {
  auto self = announced();
  self.announced_id = "cam";
  caf::anon_send(root, found_atom_v, self);
  start_session();
  auto other = announced();
  other.id = other.announced_id = "other";
  caf::anon_send(root, found_atom_v, other);
  until([&] { return alarm("server/other") != ""; });
  CAF_CHECK(alarm("server/other")
              .find("another server is there, which calls "
                    "itself 'cam'")
            != std::string::npos);
  capture(20);
  CAF_CHECK(viewed().connected);
  auto taken = cameras->look().at(1).board->look().frames;
  CAF_CHECK_EQUAL(taken, 0u);
  check_recorded();
}

CAF_TEST(a server that comes after the stop is not taken) {
  start_session();
  auto ended = std::make_shared<std::atomic<bool>>(false);
  root->attach_functor([ended](const caf::error&) { *ended = true; });
  caf::anon_send<caf::message_priority::high>(root, stop_atom_v);
  auto other = announced();
  other.id = "other";
  other.port = 9; // Nobody is there.
  caf::anon_send(root, found_atom_v, other);
  until([&] {
    capture(1); // What was captured after the stop ends the session.
    return ended->load();
  });
  CAF_CHECK_EQUAL(cameras->look().size(), 1u);
  CAF_CHECK(books().state == ledger_figures::phase::finished);
}

CAF_TEST(an announcement from elsewhere does not move a server that sends) {
  start_session();
  capture(20);
  auto elsewhere = announced();
  elsewhere.port = 9; // Nobody is there.
  auto attempts = viewed().connections;
  caf::anon_send(root, found_atom_v, elsewhere);
  until([&] { return alarm("server/cam") != ""; });
  CAF_CHECK(alarm("server/cam")
              .find("cam is announced at 127.0.0.1:9, where "
                    "it does not answer")
            == 0);
  capture(20);
  CAF_CHECK_EQUAL(viewed().connections, attempts);
  auto connected = cameras->connected();
  CAF_CHECK_EQUAL(connected.at(0).port, server->port());
  // Nor does a break of its connection cost it.
  kill("viewer/cam");
  capture(20);
  until([&] { return viewed().frames == captured; });
  check_recorded();
}

CAF_TEST(a server that moved is recorded where it is announced) {
  start_session();
  capture(20);
  stream_server_options stream;
  stream.host = "127.0.0.1";
  stream.port = 0;
  stream.id = "cam";
  stream.epoch = 7;
  auto moved = std::make_unique<stream_server>(io, camera, stream);
  CAF_REQUIRE(!moved->start());
  auto there = announced();
  there.port = moved->port();
  caf::anon_send(root, found_atom_v, there);
  capture(20);
  server = std::move(moved);
  capture(20);
  until([&] { return viewed().frames == captured; });
  // Frames are counted before VIEWER hears of the connection.
  until([&] { return viewed().port == server->port(); });
  CAF_CHECK_EQUAL(alarm("server/cam"), "");
  check_recorded();
}

CAF_TEST_FIXTURE_SCOPE_END()
