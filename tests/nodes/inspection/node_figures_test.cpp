#define CAF_SUITE node_figures
#include "tests/camnode_test.hpp"

#include "nodes/inspection/client_figures.hpp"
#include "nodes/inspection/server_figures.hpp"
#include "tests/actors/frame_samples.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

part_report find(const std::vector<part_report>& parts,
                 const std::string& name) {
  auto i = std::find_if(parts.begin(), parts.end(),
                        [&](const auto& x) { return x.name == name; });
  CAF_REQUIRE(i != parts.end());
  return *i;
}

int64_t value(const part_report& x, const std::string& name) {
  for (auto& y : x.figures)
    if (y.name == name)
      return y.value;
  CAF_FAIL(x.name << " has no " << name);
  return 0;
}

using lines = std::set<std::string>;

/// The families in a text of metrics, and what labels their samples have.
lines shape_of(const std::string& metrics) {
  static const std::regex value{"=\"([^\"\\\\]|\\\\.)*\""};
  lines result;
  std::istringstream in{metrics};
  for (std::string x; std::getline(in, x);) {
    if (x[0] != '#') {
      x = std::regex_replace(x.substr(0, x.rfind(' ')), value, "");
      x += x.back() == '}' ? "" : "{}";
    }
    result.insert(x);
  }
  return result;
}

/// The same, as dashboards and alerts out there know it.
lines known_shape(const std::string& role) {
  std::ifstream in{CAMNODE_SOURCE_DIR "/tests/data/" + role + "_metrics.txt"};
  lines result;
  for (std::string x; std::getline(in, x);)
    result.insert(x);
  return result;
}

/// What is in one of both only.
lines difference(const lines& xs, const lines& ys) {
  lines result;
  std::set_symmetric_difference(xs.begin(), xs.end(), ys.begin(), ys.end(),
                                std::inserter(result, result.end()));
  return result;
}

struct fixture {
  fixture() {
    board->broker_up = true;
    board->disk->known = true;
    camera.server.id = "cam-a";
    camera.ring = std::make_shared<frame_ring>(frame_ring::limits{1000, 10s});
    camera.board = std::make_shared<viewer_board>();
    camera.ledger = std::make_shared<recording_ledger>();
  }

  /// A client that knows `camera`.
  auto client() {
    cameras->put(camera);
    return look_at_client(
      {"desk", cameras, board, &directory, &alarms, [] { return 1000; }});
  }

  auto server() {
    return look_at_server({"cam-a", source, camera.ring, readers, &directory,
                           &alarms, [this] { return trouble; }});
  }

  std::string server_state() {
    return find(client()->parts(), "server/cam-a").state;
  }

  bool has(const std::string& metric) {
    return server()->metrics().find("\n" + metric + "\n") != std::string::npos;
  }

  actor_directory directory;
  alarm_board alarms;
  std::shared_ptr<fleet> cameras = std::make_shared<fleet>();
  std::shared_ptr<client_board> board = std::make_shared<client_board>();
  fleet_member camera;
  camera_board_ptr source = std::make_shared<camera_board>(7);
  std::shared_ptr<reader_table> readers = std::make_shared<reader_table>();
  std::string trouble;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_figures_tests, fixture)

CAF_TEST(metrics are called what they always were) {
  auto actor = directory.open("camera", 0);
  alarms.set("camera", "keeps ending");
  camera.board->update([](viewer_figures& x) { x.clocked = true; });
  board->sensors->reject_outside("sensor/a");
  board->sensors->reject_outside(marker_topic);
  auto none = lines{};
  auto known = known_shape("client");
  CAF_CHECK(known.size() > 100);
  known.insert("camnode_actor_alarm{actor}");
  CAF_CHECK_EQUAL(difference(shape_of(client()->metrics()), known), none);
  known = known_shape("server");
  known.insert("camnode_actor_alarm{actor}");
  CAF_CHECK_EQUAL(difference(shape_of(server()->metrics()), known), none);
}

CAF_TEST(the report and the metrics tell the same) {
  camera.board->update([](viewer_figures& x) { x.doubled = 3; });
  auto seen = client();
  CAF_CHECK_EQUAL(value(find(seen->parts(), "connection/cam-a"), "doubled"), 3);
  CAF_CHECK(seen->metrics().find("camnode_frames_doubled_total{camera=\"cam-a\""
                                 "} 3\n")
            != std::string::npos);
}

CAF_TEST(what passes on its way to the disk has a rate) {
  auto reader = readers->open("10.0.0.1:99", "lossless");
  std::set<std::string> passing;
  for (auto& node : {client()->parts(), server()->parts()})
    for (auto& part : node)
      for (auto& x : part.figures)
        if (x.passing)
          passing.insert(part.kind + " " + x.name);
  for (auto* known :
       {"camera captured", "camera bytes", "ring pushed", "reader frames_sent",
        "reader bytes_sent", "connection frames", "connection bytes",
        "books captured", "books written", "books durable", "books bytes",
        "sensors received", "sensors written", "sensors durable"})
    CAF_CHECK_EQUAL(passing.erase(known), 1u);
  CAF_CHECK_EQUAL(passing.count("ring frames"), 0u);
}

CAF_TEST(restarts are counted while an actor is away too) {
  auto restarts = std::string{
    R"(camnode_actor_restarts_total{actor="camera"} )"};
  directory.close(directory.open("camera", 0, "root"), "stalled");
  auto second = directory.open("camera", 0, "root");
  CAF_CHECK(has(restarts + "1"));
  directory.close(second, "stalled");
  directory.schedule("camera", "root", "stalled", 77);
  CAF_CHECK(has(restarts + "1"));
}

CAF_TEST(it is known when certificates expire) {
  alarms.set_certificate_expiry("stream_publisher", 1'600'000'000);
  CAF_CHECK(has("camnode_certificate_expiry_timestamp_seconds{actor="
                "\"stream_publisher\"} 1600000000"));
}

CAF_TEST(a server tells what is wrong with its camera and its actors) {
  CAF_CHECK_EQUAL(server()->trouble(), "");
  trouble = "no frame\nyet";
  alarms.set("camera", "keeps ending");
  CAF_CHECK_EQUAL(server()->trouble(), "no frame yet; camera: keeps ending");
}

CAF_TEST(a reader lags by what it has not taken of the ring) {
  auto reader = readers->open("10.0.0.1:99", "lossless");
  for (uint64_t n = 1; n <= 5; ++n)
    camera.ring->push(new_frame(n), static_cast<int64_t>(n) * 1'000'000'000);
  reader->cursor = 2;
  auto parts = server()->parts();
  auto x = find(parts, "reader/10.0.0.1:99");
  CAF_CHECK_EQUAL(x.owner, "stream_publisher");
  CAF_CHECK_EQUAL(x.state, "lossless, 3 frames behind");
  CAF_CHECK_EQUAL(value(x, "lag_frames"), 3);
  CAF_CHECK(has("camnode_stream_reader_lag_frames 3"));
  auto full = find(parts, "ring");
  CAF_CHECK_EQUAL(value(full, "frames"), 5);
  CAF_CHECK_EQUAL(value(full, "bytes"), 500);
  CAF_CHECK_EQUAL(value(full, "span_ns"), 4'000'000'000);
  CAF_CHECK_EQUAL(full.state, "50 % full");
  reader.reset();
  CAF_CHECK_EQUAL(server()->parts().size(), 2u);
}

CAF_TEST(a server is gone once it said goodbye and nobody misses it) {
  camera.server.goodbye = true;
  CAF_CHECK_EQUAL(server_state(), "gone, as it said goodbye");
  camera.expected = true;
  CAF_CHECK_EQUAL(server_state(), "missing, not connected");
  camera.board->update([](viewer_figures& y) { y.connected = true; });
  CAF_CHECK_EQUAL(server_state(), "connected, announced as offline");
}

CAF_TEST(a server is what is known of it in words) {
  camera.server.camera_trouble = "unplugged";
  camera.board->update([](viewer_figures& y) { y.connected = true; });
  CAF_CHECK_EQUAL(server_state(),
                  "connected, announced as offline; camera: unplugged");
  board->broker_up = false;
  CAF_CHECK_EQUAL(
    server_state(),
    "connected, announcement unknown without a broker; camera: unplugged");
  board->broker_up = true;
  camera.server.camera_trouble.clear();
  camera.server.online = true;
  CAF_CHECK_EQUAL(server_state(), "online, connected");
  camera.server.legacy = true;
  CAF_CHECK_EQUAL(server_state(), "not announced, online, connected");
  camera.board->update([](viewer_figures& y) { y.legacy = true; });
  CAF_CHECK_EQUAL(server_state(), "legacy, online, connected");
}

CAF_TEST(a client shows each server with its connection and ring and books) {
  camera.server.port = 8000;
  camera.board->update([](viewer_figures& y) {
    y.connected = true;
    y.clocked = true;
    y.clock = {-5, 70};
    y.drift_error_ppb = 45'000'000;
    y.probed_ns = 800;
    y.newest_ns = 900;
  });
  auto parts = client()->parts();
  CAF_CHECK_EQUAL(value(find(parts, "server/cam-a"), "port"), 8000);
  auto connection = find(parts, "connection/cam-a");
  CAF_CHECK_EQUAL(connection.owner, "viewer/cam-a");
  CAF_CHECK_EQUAL(value(connection, "clock_offset_ns"), -5);
  CAF_CHECK_EQUAL(value(connection, "clock_error_ns"), 80);
  CAF_CHECK_EQUAL(value(connection, "newest_age_ns"), 100);
  CAF_CHECK_EQUAL(find(parts, "books/cam-a").state, "idle");
  CAF_CHECK_EQUAL(find(parts, "ring/cam-a").state, "0 % full");
  CAF_CHECK_EQUAL(value(find(parts, "sensors"), "topics"), 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
