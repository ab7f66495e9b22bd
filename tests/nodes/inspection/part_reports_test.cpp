#define CAF_SUITE part_reports
#include "tests/camnode_test.hpp"

#include "nodes/inspection/part_reports.hpp"

#include <algorithm>

using namespace camnode;
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

frame_ptr frame_of(uint64_t sequence) {
  auto x = std::make_shared<frame>();
  x->epoch = 7;
  x->sequence = sequence;
  x->jpeg = frame_bytes{100};
  return x;
}

} // namespace

CAF_TEST(a reader lags by what it has not taken of the ring) {
  frame_ring ring{{1000, 10s}};
  camera_board board{7};
  reader_table readers;
  auto reader = readers.open("10.0.0.1:99", "lossless");
  for (uint64_t n = 1; n <= 5; ++n)
    ring.push(frame_of(n), static_cast<int64_t>(n) * 1'000'000'000);
  reader->cursor = 2;
  auto parts = server_part_reports(board, ring, readers, 0);
  auto x = find(parts, "reader/10.0.0.1:99");
  CAF_CHECK_EQUAL(x.owner, "stream_publisher");
  CAF_CHECK_EQUAL(x.state, "lossless, 3 frames behind");
  CAF_CHECK_EQUAL(value(x, "lag_frames"), 3);
  auto full = find(parts, "ring");
  CAF_CHECK_EQUAL(value(full, "frames"), 5);
  CAF_CHECK_EQUAL(value(full, "bytes"), 500);
  CAF_CHECK_EQUAL(value(full, "span_ns"), 4'000'000'000);
  CAF_CHECK_EQUAL(full.state, "50 % full");
  reader.reset();
  CAF_CHECK_EQUAL(server_part_reports(board, ring, readers, 0).size(), 2u);
}

CAF_TEST(a server is gone once it said goodbye and nobody misses it) {
  fleet cameras;
  sensor_board sensors;
  fleet_member x;
  x.server.id = "cam-a";
  x.server.goodbye = true;
  x.ring = std::make_shared<frame_ring>(frame_ring::limits{1000, 10s});
  x.board = std::make_shared<viewer_board>();
  x.ledger = std::make_shared<recording_ledger>();
  auto shown = [&] {
    cameras.put(x);
    auto parts = client_part_reports(cameras, sensors, 0, true);
    return find(parts, "server/cam-a").state;
  };
  CAF_CHECK_EQUAL(shown(), "gone, as it said goodbye");
  x.expected = true;
  CAF_CHECK_EQUAL(shown(), "missing, not connected");
  x.board->update([](viewer_figures& y) { y.connected = true; });
  CAF_CHECK_EQUAL(shown(), "connected, announced as offline");
}

CAF_TEST(a client shows each server with its connection and ring and books) {
  fleet cameras;
  sensor_board sensors;
  fleet_member x;
  x.server.id = "cam-a";
  x.server.ip = "10.0.0.2";
  x.server.port = 8000;
  x.server.camera_trouble = "unplugged";
  x.ring = std::make_shared<frame_ring>(frame_ring::limits{1000, 10s});
  x.board = std::make_shared<viewer_board>();
  x.ledger = std::make_shared<recording_ledger>();
  x.board->update([](viewer_figures& y) {
    y.connected = true;
    y.clocked = true;
    y.clock = {-5, 70};
    y.drift_error_ppb = 45'000'000;
    y.probed_ns = 800;
    y.newest_ns = 900;
  });
  cameras.put(x);
  auto parts = client_part_reports(cameras, sensors, 1000, true);
  CAF_CHECK_EQUAL(value(find(parts, "server/cam-a"), "port"), 8000);
  CAF_CHECK_EQUAL(find(parts, "server/cam-a").state,
                  "connected, announced as offline; camera: unplugged");
  CAF_CHECK_EQUAL(
    find(client_part_reports(cameras, sensors, 0, false), "server/cam-a").state,
    "connected, announcement unknown without a broker; camera: unplugged");
  x.server.camera_trouble.clear();
  x.server.online = true;
  cameras.put(x);
  CAF_CHECK_EQUAL(
    find(client_part_reports(cameras, sensors, 0, true), "server/cam-a").state,
    "online, connected");
  x.server.legacy = true;
  cameras.put(x);
  CAF_CHECK_EQUAL(
    find(client_part_reports(cameras, sensors, 0, true), "server/cam-a").state,
    "not announced, online, connected");
  x.board->update([](viewer_figures& y) { y.legacy = true; });
  CAF_CHECK_EQUAL(
    find(client_part_reports(cameras, sensors, 0, true), "server/cam-a").state,
    "legacy, online, connected");
  auto connection = find(parts, "connection/cam-a");
  CAF_CHECK_EQUAL(connection.owner, "viewer/cam-a");
  CAF_CHECK_EQUAL(value(connection, "clock_offset_ns"), -5);
  CAF_CHECK_EQUAL(value(connection, "clock_error_ns"), 80);
  CAF_CHECK_EQUAL(value(connection, "newest_age_ns"), 100);
  CAF_CHECK_EQUAL(find(parts, "books/cam-a").state, "idle");
  CAF_CHECK_EQUAL(find(parts, "ring/cam-a").state, "0 % full");
  CAF_CHECK_EQUAL(value(find(parts, "sensors"), "topics"), 0);
}
