#define CAF_SUITE client_pages
#include "tests/camnode_test.hpp"

#include "actors/observed/actor_directory.hpp"
#include "nodes/inspection/client_figures.hpp"
#include "nodes/inspection/sensor_figures.hpp"
#include "nodes/web/client_pages.hpp"
#include "tests/actors/frame_samples.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

constexpr int64_t second = 1'000'000'000;

/// A client that is well: a broker, a disk, no camera yet.
struct fixture {
  fixture() {
    board->broker_up = true;
    board->disk->known = true;
    board->disk->free_bytes = uint64_t{10} << 30;
    sources = {"desk",     cameras, board,
               &directory, &alarms, [this] { return now_ns; }};
  }

  /// @returns Its books. The camera is connected.
  recording_ledger_ptr add_camera(const std::string& id) {
    fleet_member x;
    x.server.id = id;
    x.ring = std::make_shared<frame_ring>(frame_ring::limits{1 << 20, 10s});
    x.board = std::make_shared<viewer_board>();
    x.board->update([](viewer_figures& f) { f.connected = true; });
    x.ledger = std::make_shared<recording_ledger>();
    cameras->put(x);
    return x.ledger;
  }

  void begin_session() {
    session_info x;
    x.start_ms = 1'800'000'000'000;
    x.anchor_mono_ns = now_ns;
    x.segment_ms = 60'000;
    board->set_session(x);
    for (auto& camera : cameras->look())
      camera.ledger->begin(x);
  }

  std::string trouble() {
    return look_at_client(sources)->trouble();
  }

  http_page page(const std::string& path) {
    return client_pages([&] { return look_at_client(sources); }, board)
      .at(path)();
  }

  /// The value of one series; `none` where there is no such series.
  std::string metric(const std::string& series) {
    auto text = "\n" + look_at_client(sources)->metrics();
    auto begin = text.find("\n" + series + " ");
    if (begin == std::string::npos)
      return "none";
    begin += series.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  int64_t now_ns = 100 * second;
  actor_directory directory;
  alarm_board alarms;
  std::shared_ptr<fleet> cameras = std::make_shared<fleet>();
  std::shared_ptr<client_board> board = std::make_shared<client_board>();
  client_sources sources;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(client_pages_tests, fixture)

CAF_TEST(a client that is well says ok) {
  add_camera("left");
  CAF_CHECK_EQUAL(trouble(), "");
  CAF_CHECK_EQUAL(page("/healthz").status, 200u);
  CAF_CHECK_EQUAL(page("/healthz").body, "ok\n");
}

CAF_TEST(every trouble is named in one line) {
  add_camera("left");
  cameras->look().at(0).board->update([](viewer_figures& f) {
    f.connected = false;
    f.last_error = "no\nroute";
  });
  board->broker_up = false;
  board->disk->free_bytes = 5 << 20;
  CAF_CHECK_EQUAL(trouble(), "no connection to the broker; camera left: not "
                             "connected: no route; the disk is nearly full: "
                             "5 MB free");
  CAF_CHECK_EQUAL(page("/healthz").status, 503u);
}

CAF_TEST(a camera that does not reach the disk is trouble within a session) {
  auto books = add_camera("left");
  begin_session();
  CAF_CHECK_EQUAL(trouble(), "");
  now_ns += 3 * second;
  CAF_CHECK_EQUAL(trouble(), "camera left: not recording");
  books->failed("disk full");
  CAF_CHECK_EQUAL(trouble(), "camera left: not recording: disk full");
  books->durable(now_ns);
  CAF_CHECK_EQUAL(trouble(), "");
}

CAF_TEST(a disk that cannot be looked at is trouble) {
  board->disk->known = false;
  CAF_CHECK_NOT_EQUAL(trouble(), "");
  CAF_CHECK_EQUAL(metric("camnode_data_free_bytes"), "none");
}

CAF_TEST(the status is the truth light once there is one) {
  CAF_CHECK_EQUAL(page("/status").status, 503u);
  board->set_truth(R"({"state":"idle"})");
  CAF_CHECK_EQUAL(page("/status").status, 200u);
  CAF_CHECK_EQUAL(page("/status").body, "{\"state\":\"idle\"}\n");
}

CAF_TEST(the page shows texts as texts) {
  auto html = page("/").body;
  CAF_CHECK_NOT_EQUAL(html.find("/status"), std::string::npos);
  CAF_CHECK_EQUAL(html.find("innerHTML"), std::string::npos);
}

CAF_TEST(the books of each camera are in the metrics) {
  auto books = add_camera("left");
  add_camera("right");
  begin_session();
  books->piece_opened(0, 1'800'000'000'000, "x");
  for (uint64_t i = 1; i <= 3; ++i)
    books->written(*new_frame(i, 1, 10));
  books->durable(now_ns);
  books->written(*new_frame(4, 1, 10));
  books->lost({1, 5, 9, loss_place::network, 7});
  now_ns += second / 2;
  auto of_left = [&](const std::string& name, const std::string& more = "") {
    return metric("camnode_" + name + "{camera=\"left\"" + more + "}");
  };
  CAF_CHECK_EQUAL(of_left("recording_frames_captured_total"), "9");
  CAF_CHECK_EQUAL(of_left("recording_frames_written_total"), "4");
  CAF_CHECK_EQUAL(of_left("recording_frames_durable_total"), "3");
  CAF_CHECK_EQUAL(of_left("recording_frames_lost_total", ",place=\"network\""),
                  "5");
  CAF_CHECK_EQUAL(of_left("recording_frames_lost_total", ",place=\"source\""),
                  "0");
  CAF_CHECK_EQUAL(of_left("recording_bytes_total"), "40");
  CAF_CHECK_EQUAL(of_left("recording_segments_total"), "1");
  CAF_CHECK_EQUAL(of_left("recording_durable_age_seconds"), "0.500000000");
  CAF_CHECK_EQUAL(of_left("camera_state", ",state=\"recording\""), "1");
  CAF_CHECK_EQUAL(of_left("camera_state", ",state=\"idle\""), "0");
  CAF_CHECK_EQUAL(of_left("received_to_durable_seconds_count"), "3");
  CAF_CHECK_EQUAL(metric("camnode_recording_frames_written_total{camera="
                         "\"right\"}"),
                  "0");
  CAF_CHECK_EQUAL(metric("camnode_session_state{state=\"recording\"}"), "1");
}

CAF_TEST(totals do not fall when the disk takes frames back) {
  auto books = add_camera("left");
  begin_session();
  now_ns += 2 * second;
  auto of_left = [&](const std::string& name) {
    return metric("camnode_recording_" + name + "{camera=\"left\"}");
  };
  // Nothing ever was durable.
  CAF_CHECK_EQUAL(of_left("durable_age_seconds"), "2.000000000");
  books->piece_opened(0, 1'800'000'000'000, "x");
  for (uint64_t i = 1; i <= 3; ++i)
    books->written(*new_frame(i, 1, 10));
  books->roll_back();
  CAF_CHECK_EQUAL(of_left("frames_written_total"), "3");
  CAF_CHECK_EQUAL(of_left("frames_taken_back_total"), "3");
  CAF_CHECK_EQUAL(of_left("frames_captured_total"), "3");
  CAF_CHECK_EQUAL(of_left("bytes_total"), "30");
  for (uint64_t i = 1; i <= 3; ++i)
    books->written(*new_frame(i, 1, 10));
  CAF_CHECK_EQUAL(of_left("frames_written_total"), "6");
  CAF_CHECK_EQUAL(of_left("frames_captured_total"), "3");
}

CAF_TEST(the error of a clock grows until the next look at it) {
  add_camera("left");
  cameras->look().at(0).board->update([&](viewer_figures& f) {
    f.clocked = true;
    f.clock = {0, 250'000};
    f.drift_error_ppb = 3'000;
    f.probed_ns = now_ns - 10 * second;
  });
  CAF_CHECK_EQUAL(metric("camnode_clock_error_seconds{camera=\"left\"}"),
                  "0.000281000");
}

CAF_TEST(a clock that is not known has no figures) {
  add_camera("left");
  CAF_CHECK_EQUAL(metric("camnode_clock_offset_seconds{camera=\"left\"}"),
                  "none");
  cameras->look().at(0).board->update([](viewer_figures& f) {
    f.clocked = true;
    f.clock = {-3 * second, 250'000};
  });
  CAF_CHECK_EQUAL(metric("camnode_clock_offset_seconds{camera=\"left\"}"),
                  "-3.000000000");
  CAF_CHECK_EQUAL(metric("camnode_clock_error_seconds{camera=\"left\"}"),
                  "0.000250000");
}

CAF_TEST(topics are bounded and their sums are not ) {
  for (int i = 0; i < 250; ++i)
    board->sensors->update("sensor/" + std::to_string(i), [&](auto& x) {
      x.received += 2;
      x.written += 1;
      x.rejected[i % 2 == 0 ? "too big" : "no \"JSON\""] += 1;
    });
  auto text = look_at_client(sources)->metrics();
  size_t topics = 0;
  const std::string start = "\ncamnode_sensor_readings_received_total{";
  for (auto at = text.find(start); at != std::string::npos;
       at = text.find(start, at + 1))
    ++topics;
  CAF_CHECK_EQUAL(topics, max_metrics_topics + 1);
  CAF_CHECK_EQUAL(metric("camnode_sensor_readings_received_total{topic=\"\"}"),
                  "300");
  CAF_CHECK_EQUAL(metric("camnode_sensor_readings_rejected_total{reason=\"no "
                         "\\\"JSON\\\"\"}"),
                  "125");
}

CAF_TEST(an actor that its supervisor finds unwell is trouble and a figure) {
  auto series = std::string{"camnode_actor_alarm{actor=\"recorder/a\"}"};
  CAF_CHECK_EQUAL(trouble(), "");
  CAF_CHECK_EQUAL(metric(series), "none");
  alarms.set("recorder/a", "does not answer");
  CAF_CHECK_EQUAL(trouble(), "recorder/a: does not answer");
  CAF_CHECK_EQUAL(metric(series), "1");
  alarms.set("recorder/a", "");
  CAF_CHECK_EQUAL(trouble(), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
