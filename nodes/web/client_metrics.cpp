#include "nodes/web/client_metrics.hpp"

#include "actors/base/metrics_text.hpp"
#include "actors/session/camera_state.hpp"
#include "actors/session/session_report.hpp"
#include "actors/shared/clock_age.hpp"
#include "nodes/web/node_metrics.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace camnode {

namespace {

/// One camera as of one look, so that its figures fit each other.
struct camera_look {
  std::string id;
  viewer_figures viewer;
  clock_estimate clock; ///< As of now.
  ledger_figures books;
  std::string truth;
  absence_sum away;           ///< In the session.
  bool expected = false;      ///< It is to be there.
  int64_t durable_age_ns = 0; ///< 0 while nothing is being recorded.
  int64_t clock_age_ns = 0;   ///< Of the newest look at the camera's clock.
  frame_ring::figures ring;
  frame_ring::limits ring_bounds{};
  histogram::figures to_received;
  histogram::figures to_durable;
};

/// How old the newest durable frames of the session are; its own age where
/// there are none.
int64_t durable_age(const ledger_figures& books, const session_info& session,
                    int64_t now_ns) {
  if (!session.exists())
    return 0;
  auto ours = books.session_ms == session.start_ms && books.durable_ns != 0;
  return now_ns - (ours ? books.durable_ns : session.anchor_mono_ns);
}

std::vector<camera_look> look_at(const client_page_sources& x) {
  std::vector<camera_look> result;
  auto session = x.board->session();
  auto now = x.clock();
  for (auto& camera : x.cameras->look()) {
    auto books = camera.ledger->look();
    auto viewer = camera.board->look();
    camera_look look;
    look.id = camera.server.id;
    look.viewer = viewer;
    look.clock = clock_at(viewer, now);
    look.books = books;
    look.truth = camera_state(camera, session, now);
    if (session.exists() && takes_part(camera, session))
      look.away = sum_of(camera.ledger->absences(session, now));
    look.expected = camera.expected;
    look.durable_age_ns = durable_age(books, session, now);
    look.clock_age_ns = now - viewer.probed_ns;
    look.ring = camera.ring->stats();
    look.ring_bounds = camera.ring->bounds();
    look.to_received = camera.board->to_received().look();
    look.to_durable = camera.ledger->to_durable();
    result.push_back(std::move(look));
  }
  return result;
}

/// Writes one family with a sample for each camera.
/// @param value Of a `camera_look`.
template <class F>
void count(metrics_text& out, const std::vector<camera_look>& cameras,
           std::string_view name, std::string_view type, std::string_view help,
           F value) {
  out.family(name, type, help);
  for (auto& x : cameras)
    out.sample(value(x), {{"camera", x.id}});
}

/// A family of nanoseconds, in seconds.
template <class F>
void time(metrics_text& out, const std::vector<camera_look>& cameras,
          std::string_view name, std::string_view help, F value) {
  out.family(name, "gauge", help);
  for (auto& x : cameras)
    out.seconds(value(x), {{"camera", x.id}});
}

void write_session(metrics_text& out, const client_board& board) {
  auto session = board.session();
  std::string present = !session.exists() ? "idle"
                        : session.open()  ? "recording"
                                          : "stopping";
  out.family("camnode_session_state", "gauge",
             "1 for what the client does, 0 for what it does not.");
  for (std::string state : {"idle", "recording", "stopping"})
    out.sample(state == present ? 1 : 0, {{"state", state}});
  out.family("camnode_session_start_time_seconds", "gauge",
             "Start of the session, since the Unix epoch; 0 without one.");
  out.seconds(session.start_ms * 1'000'000);
  out.family("camnode_broker_connected", "gauge",
             "1 while there is a connection to the MQTT broker.");
  out.sample(board.broker_up ? 1 : 0);
}

void write_disk(metrics_text& out, const disk_board& disk) {
  out.family("camnode_data_free_bytes", "gauge",
             "Room on the disk that recordings go to.");
  if (disk.known)
    out.sample(disk.free_bytes);
  out.family("camnode_data_size_bytes", "gauge",
             "Size of the disk that recordings go to.");
  if (disk.known)
    out.sample(disk.size_bytes);
}

void write_viewers(metrics_text& out, const std::vector<camera_look>& cameras) {
  count(out, cameras, "camnode_camera_connected", "gauge",
        "1 while frames of the camera come.",
        [](auto& x) { return x.viewer.connected ? 1 : 0; });
  count(out, cameras, "camnode_camera_connections_total", "counter",
        "Attempts to connect to the camera's server.",
        [](auto& x) { return x.viewer.connections; });
  count(out, cameras, "camnode_frames_received_total", "counter",
        "Frames received.", [](auto& x) { return x.viewer.frames; });
  count(out, cameras, "camnode_received_bytes_total", "counter",
        "Bytes of the frames received.",
        [](auto& x) { return x.viewer.bytes; });
  count(out, cameras, "camnode_frames_doubled_total", "counter",
        "Frames received again, and dropped.",
        [](auto& x) { return x.viewer.doubled; });
  count(out, cameras, "camnode_frames_broken_total", "counter",
        "Bodies received that were no picture.",
        [](auto& x) { return x.viewer.broken; });
  count(out, cameras, "camnode_frames_cut_total", "counter",
        "Frames beyond record.max-mbit or record.max-fps, and dropped.",
        [](auto& x) { return x.viewer.cut; });
  count(out, cameras, "camnode_frames_misnumbered_total", "counter",
        "Frames dropped, as no camera can have come to their numbers.",
        [](auto& x) { return x.viewer.misnumbered; });
}

void write_clocks(metrics_text& out, const std::vector<camera_look>& cameras) {
  std::vector<camera_look> clocked;
  for (auto& x : cameras)
    if (x.viewer.clocked)
      clocked.push_back(x);
  time(out, clocked, "camnode_clock_offset_seconds",
       "What a camera's clock is behind the client's.",
       [](auto& x) { return x.clock.offset_ns; });
  time(out, clocked, "camnode_clock_error_seconds",
       "What the clock offset is off by at most.",
       [](auto& x) { return x.clock.error_ns; });
  time(out, clocked, "camnode_clock_age_seconds",
       "How long ago a camera's clock was last looked at.",
       [](auto& x) { return x.clock_age_ns; });
  // One ppb is one ns in a second.
  time(out, clocked, "camnode_clock_drift_ratio",
       "How much the clock offset grows, in seconds per second.",
       [](auto& x) { return x.viewer.drift_ppb; });
  count(out, cameras, "camnode_clock_probes_total", "counter",
        "Exchanges with a camera's clock.",
        [](auto& x) { return x.viewer.probes; });
  count(out, cameras, "camnode_clock_probes_refused_total", "counter",
        "Exchanges whose times contradict each other.",
        [](auto& x) { return x.viewer.probes_refused; });
  count(out, cameras, "camnode_clock_failures_total", "counter",
        "Connections to a camera's clock that ended.",
        [](auto& x) { return x.viewer.probe_failures; });
  count(out, cameras, "camnode_clock_restarts_total", "counter",
        "How often what was known of a clock became void.",
        [](auto& x) { return x.viewer.clock_restarts; });
}

void write_rings(metrics_text& out, const std::vector<camera_look>& cameras) {
  count(out, cameras, "camnode_viewer_ring_frames", "gauge",
        "Frames kept for the recorder.", [](auto& x) { return x.ring.frames; });
  count(out, cameras, "camnode_viewer_ring_bytes", "gauge",
        "Bytes kept for the recorder.", [](auto& x) { return x.ring.bytes; });
  count(out, cameras, "camnode_viewer_ring_capacity_bytes", "gauge",
        "The most bytes that may be kept for the recorder.",
        [](auto& x) { return x.ring_bounds.bytes; });
  time(out, cameras, "camnode_viewer_ring_span_seconds",
       "Time between the oldest and the newest frame kept.",
       [](auto& x) { return x.ring.newest_ns - x.ring.oldest_ns; });
  time(out, cameras, "camnode_viewer_ring_capacity_seconds",
       "The longest time between them.",
       [](auto& x) { return x.ring_bounds.age.count(); });
}

void write_recording(metrics_text& out,
                     const std::vector<camera_look>& cameras) {
  out.family("camnode_camera_state", "gauge",
             "1 for what the camera's recording does, as the truth light has "
             "it, 0 for what it does not.");
  for (auto& x : cameras)
    for (std::string state :
         {"idle", "starting", "recording", "stalled", "finished", "gone"})
      out.sample(state == x.truth ? 1 : 0,
                 {{"camera", x.id}, {"state", state}});
  count(out, cameras, "camnode_recording_frames_captured_total", "counter",
        "Frames of the session that the camera made, lost ones included.",
        [](auto& x) { return x.books.captured; });
  count(out, cameras, "camnode_recording_frames_written_total", "counter",
        "Frames of the session written to files.",
        [](auto& x) { return x.books.written + x.books.reversed.written; });
  count(
    out, cameras, "camnode_recording_frames_taken_back_total", "counter",
    "Frames written that the disk did not keep: written once more, or lost.",
    [](auto& x) { return x.books.reversed.written; });
  count(out, cameras, "camnode_recording_frames_durable_total", "counter",
        "Frames of the session that survive a power cut.",
        [](auto& x) { return x.books.durable; });
  count(out, cameras, "camnode_recording_bytes_total", "counter",
        "Bytes of the session's frames.",
        [](auto& x) { return x.books.bytes + x.books.reversed.bytes; });
  count(out, cameras, "camnode_recording_segments_total", "counter",
        "Files of the session.", [](auto& x) { return x.books.films; });
  out.family("camnode_recording_frames_lost_total", "counter",
             "Frames of the session that are not on disk, and where they were "
             "lost.");
  for (auto& x : cameras)
    for (size_t i = 1; i < x.books.lost_at.size(); ++i)
      out.sample(x.books.lost_at[i] + x.books.reversed.lost_at[i],
                 {{"camera", x.id},
                  {"place", to_string(static_cast<loss_place>(i))}});
  time(out, cameras, "camnode_recording_durable_age_seconds",
       "How long ago the newest frames became durable, or the session began; "
       "0 without one.",
       [](auto& x) { return x.durable_age_ns; });
}

void write_absences(metrics_text& out,
                    const std::vector<camera_look>& cameras) {
  count(out, cameras, "camnode_recording_server_restarts_total", "counter",
        "Runs of the camera's server that ended within the session; broken "
        "streams, where frames have no numbers.",
        [](auto& x) { return x.books.runs_ended; });
  count(out, cameras, "camnode_recording_unknown_breaks_total", "counter",
        "How often in the session nobody knows what the camera captured.",
        [](auto& x) { return unknown_breaks(x.books); });
  time(out, cameras, "camnode_recording_absent_seconds",
       "Time of the session in which no frame of the camera came though some "
       "are missing; what lasts may end as nothing, out of a ring.",
       [](auto& x) { return x.away.absent_ns; });
  out.family("camnode_expected_cameras_missing", "gauge",
             "Cameras of record.expect that are not connected.");
  out.sample(std::count_if(cameras.begin(), cameras.end(), [](auto& x) {
    return x.expected && !x.viewer.connected;
  }));
}

void write_latencies(metrics_text& out,
                     const std::vector<camera_look>& cameras) {
  out.family("camnode_capture_to_received_seconds", "histogram",
             "From the capture of a frame to its last byte here, by the clock "
             "estimate.");
  for (auto& x : cameras)
    out.durations(x.to_received, {{"camera", x.id}});
  out.family("camnode_received_to_durable_seconds", "histogram",
             "From a frame's last byte to the proof that it survives a power "
             "cut.");
  for (auto& x : cameras)
    out.durations(x.to_durable, {{"camera", x.id}});
}

/// The topics' books, with those beyond the bound summed up under the name
/// that no topic has.
sensor_board::topics bounded(const sensor_board::topics& topics) {
  sensor_board::topics result;
  for (auto& [name, x] : topics) {
    auto& sum = result[result.size() < max_metrics_topics ? name : ""];
    sum.received += x.received;
    sum.written += x.written;
    sum.durable += x.durable;
  }
  return result;
}

void write_sensors(metrics_text& out, const sensor_board& board) {
  auto topics = board.totals();
  auto shown = bounded(topics);
  auto per_topic = [&](std::string_view name, std::string_view help,
                       uint64_t topic_figures::*figure) {
    out.family(name, "counter", help);
    for (auto& [topic, x] : shown)
      out.sample(x.*figure, {{"topic", topic}});
  };
  per_topic("camnode_sensor_readings_received_total",
            "Readings that came, in sessions and outside.",
            &topic_figures::received);
  per_topic("camnode_sensor_readings_written_total",
            "Readings written to files.", &topic_figures::written);
  per_topic("camnode_sensor_readings_durable_total",
            "Readings that survive a power cut.", &topic_figures::durable);
  std::map<std::string, uint64_t> rejected;
  for (auto& [topic, x] : topics)
    for (auto& [reason, n] : x.rejected)
      rejected[reason] += n;
  out.family("camnode_sensor_readings_rejected_total", "counter",
             "Readings that are in no file, and why: \"no session\" is no "
             "loss.");
  for (auto& [reason, n] : rejected)
    out.sample(n, {{"reason", reason}});
}

} // namespace

std::string client_metrics(const client_page_sources& x) {
  metrics_text out;
  auto cameras = look_at(x);
  write_session(out, *x.board);
  write_disk(out, *x.board->disk);
  write_viewers(out, cameras);
  write_clocks(out, cameras);
  write_rings(out, cameras);
  write_recording(out, cameras);
  write_absences(out, cameras);
  write_latencies(out, cameras);
  write_sensors(out, *x.board->sensors);
  write_node(out, "client", x.id, *x.directory, *x.alarms);
  return out.text();
}

} // namespace camnode
