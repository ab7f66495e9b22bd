#include "nodes/inspection/client_figures.hpp"

#include "actors/session/session_report.hpp"
#include "actors/shared/clock_age.hpp"
#include "actors/shared/expected_pause.hpp"
#include "nodes/inspection/sensor_figures.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// What a client is at, besides its cameras.
struct client_now {
  int64_t now_ns; ///< `client_clock_ns`.
  session_info session;
  bool broker_up;
};

/// All that a client tells of a camera, as of one look.
struct camera_figures : camera_look {
  camera_figures(const fleet_member& x, const client_now& y)
    : camera_look(x),
      client(y),
      server(x.as_connected(viewer)),
      ring(x.ring->stats()),
      state(camera_state(*this, y.session, y.now_ns)) {
  }

  const std::string& id() const {
    return member.server.id;
  }

  void tell(figure_teller out) const;
  void tell_server(figure_teller out) const;
  void tell_clock(figure_teller out) const;
  void tell_connection(figure_teller out) const;
  void tell_ring(figure_teller out) const;
  void tell_books(figure_teller out) const;
  void tell_losses(figure_teller out) const;
  std::string trouble() const;

  const client_now& client; ///< Outlives it.
  server_info server;       ///< With the address that frames come from.
  frame_ring::figures ring;
  std::string state; ///< As the truth light has it.
};

/// What is known of a server: without a broker, nobody can tell whether it is
/// announced, and a connection says more than that.
std::string presence_of(const camera_figures& x) {
  auto connected = x.viewer.connected;
  if (x.member.expected && !connected)
    return "missing, not connected";
  if (x.server.goodbye && !connected)
    return "gone, as it said goodbye";
  std::string result = connected ? "connected" : "not connected";
  if (!x.client.broker_up)
    return result
           + (x.server.legacy ? "" : ", announcement unknown without a broker");
  if (x.server.online)
    return "online, " + result;
  return connected ? result + ", announced as offline" : "offline, " + result;
}

void camera_figures::tell(figure_teller out) const {
  tell_server(out);
  tell_connection(out);
  tell_ring(out);
  tell_books(out);
  tell_losses(out);
}

void camera_figures::tell_server(figure_teller out) const {
  // One that speaks HTTP and is not announced may have another one's id.
  auto old = viewer.legacy || !viewer.connected;
  std::string text = !server.legacy ? "" : old ? "legacy, " : "not announced, ";
  text += presence_of(*this);
  if (!server.camera_trouble.empty())
    text += "; camera: " + server.camera_trouble;
  out.begin("server/" + id(), "server", "discovery", text);
  out("id", server.id);
  out("ip", server.ip);
  out("port", server.port);
  out("tls", server.tls);
  out("announced_id", server.announced_id);
  out("epoch", server.epoch);
  auto told = server.width != 0;
  out("width", told ? server.width : viewer.width);
  out("height", told ? server.height : viewer.height);
  out("rate_mhz", known_rate_mhz(server, viewer));
  out("version", server.version);
  tell_clock(out);
}

void camera_figures::tell_clock(figure_teller out) const {
  auto known = viewer.clocked;
  auto clock = clock_at(viewer, client.now_ns);
  out("clock_offset_ns", when(known, clock.offset_ns),
      "camnode_clock_offset_seconds",
      "What a camera's clock is behind the client's.");
  out("clock_error_ns", when(known, clock.error_ns),
      "camnode_clock_error_seconds",
      "What the clock offset is off by at most.");
  out("clock_drift_ppb", when(known, viewer.drift_ppb),
      "camnode_clock_drift_ratio",
      "How much the clock offset grows, in seconds per second.");
  out("clock_drift_error_ppb", when(known, viewer.drift_error_ppb));
  out("clock_age_ns", when(known, client.now_ns - viewer.probed_ns),
      "camnode_clock_age_seconds",
      "How long ago a camera's clock was last looked at.");
  out("clock_probes", viewer.probes, "camnode_clock_probes_total",
      "Exchanges with a camera's clock.");
  out("clock_probes_refused", viewer.probes_refused,
      "camnode_clock_probes_refused_total",
      "Exchanges whose times contradict each other.");
  out("clock_failures", viewer.probe_failures, "camnode_clock_failures_total",
      "Connections to a camera's clock that ended.");
  out("clock_restarts", viewer.clock_restarts, "camnode_clock_restarts_total",
      "How often what was known of a clock became void.");
}

void camera_figures::tell_connection(figure_teller out) const {
  out.begin("connection/" + id(), "connection", "viewer/" + id(), viewer.state);
  out("connected", viewer.connected, "camnode_camera_connected",
      "1 while frames of the camera come.");
  out("connections", viewer.connections, "camnode_camera_connections_total",
      "Attempts to connect to the camera's server.");
  out.passing("frames", viewer.frames, "camnode_frames_received_total",
              "Frames received.");
  out.passing("bytes", viewer.bytes, "camnode_received_bytes_total",
              "Bytes of the frames received.");
  out("doubled", viewer.doubled, "camnode_frames_doubled_total",
      "Frames received again, and dropped.");
  out("broken", viewer.broken, "camnode_frames_broken_total",
      "Bodies received that were no picture.");
  out("cut", viewer.cut, "camnode_frames_cut_total",
      "Frames beyond record.max-mbit or record.max-fps, and dropped.");
  out("misnumbered", viewer.misnumbered, "camnode_frames_misnumbered_total",
      "Frames dropped, as no camera can have come to their numbers.");
  out("newest_age_ns",
      when(viewer.newest_ns != 0, client.now_ns - viewer.newest_ns));
  out("capture_to_received", member.board->to_received().look(),
      "camnode_capture_to_received_seconds",
      "From the capture of a frame to its last byte here, by the clock "
      "estimate.");
  tell_clock(out.report());
  out("last_error", viewer.last_error);
}

void camera_figures::tell_ring(figure_teller out) const {
  auto& bounds = member.ring->bounds();
  begin_ring(out, "ring/" + id(), "viewer/" + id(), ring, bounds);
  out("frames", ring.frames, "camnode_viewer_ring_frames",
      "Frames kept for the recorder.");
  out("bytes", ring.bytes, "camnode_viewer_ring_bytes",
      "Bytes kept for the recorder.");
  out("bytes_limit", bounds.bytes, "camnode_viewer_ring_capacity_bytes",
      "The most bytes that may be kept for the recorder.");
  out("span_ns", ring.newest_ns - ring.oldest_ns,
      "camnode_viewer_ring_span_seconds",
      "Time between the oldest and the newest frame kept.");
  out("span_limit_ns", bounds.age.count(),
      "camnode_viewer_ring_capacity_seconds", "The longest time between them.");
}

void camera_figures::tell_books(figure_teller out) const {
  auto& taken_back = books.reversed;
  auto recording = books.state == ledger_figures::phase::recording;
  auto finished = books.state == ledger_figures::phase::finished;
  out.begin("books/" + id(), "books", "recorder/" + id(),
            recording  ? "recording"
            : finished ? "finished"
                       : "idle");
  for (std::string_view one :
       {"idle", "starting", "recording", "stalled", "finished", "gone"})
    out({}, one == state, "camnode_camera_state",
        "1 for what the camera's recording does, as the truth light has it, 0 "
        "for what it does not.",
        {"state", one});
  out("session", books.session_ms);
  out.passing(
    "captured", books.captured, "camnode_recording_frames_captured_total",
    "Frames of the session that the camera made, lost ones included.");
  out.passing("written", books.written);
  out({}, books.written + taken_back.written,
      "camnode_recording_frames_written_total",
      "Frames of the session written to files.");
  out("taken_back", taken_back.written,
      "camnode_recording_frames_taken_back_total",
      "Frames written that the disk did not keep: written once more, or lost.");
  out.passing("durable", books.durable,
              "camnode_recording_frames_durable_total",
              "Frames of the session that survive a power cut.");
  out.passing("bytes", books.bytes);
  out({}, books.bytes + taken_back.bytes, "camnode_recording_bytes_total",
      "Bytes of the session's frames.");
  out("films", books.films, "camnode_recording_segments_total",
      "Files of the session.");
  out("received_to_durable", member.ledger->to_durable(),
      "camnode_received_to_durable_seconds",
      "From a frame's last byte to the proof that it survives a power cut.");
  auto newest = ring.last_sequence;
  if (recording && books.last && books.last->epoch == ring.last_epoch)
    out("lag_frames", newest - std::min(newest, books.last->sequence));
}

void camera_figures::tell_losses(figure_teller out) const {
  out("lost", books.lost);
  for (size_t i = 1; i < loss_places; ++i) {
    auto place = to_string(static_cast<loss_place>(i));
    if (books.lost_at[i] > 0)
      out(std::string{"lost at "} + place, books.lost_at[i]);
    out({}, books.lost_at[i] + books.reversed.lost_at[i],
        "camnode_recording_frames_lost_total",
        "Frames of the session that are not on disk, and where they were lost.",
        {"place", place});
  }
  out("server_restarts", books.runs_ended,
      "camnode_recording_server_restarts_total",
      "Runs of the camera's server that ended within the session; broken "
      "streams, where frames have no numbers.");
  out("unknown_breaks", unknown_breaks(books),
      "camnode_recording_unknown_breaks_total",
      "How often in the session nobody knows what the camera captured.");
  auto away = sum_of(absences_in(*this, client.session, client.now_ns));
  out("absent_ns", away.absent_ns, "camnode_recording_absent_seconds",
      "Time of the session in which no frame of the camera came though some "
      "are missing; what lasts may end as nothing, out of a ring.");
  auto recording = books.state == ledger_figures::phase::recording;
  out("durable_age_ns", when(recording && books.durable_ns != 0,
                             client.now_ns - books.durable_ns));
  auto& session = client.session;
  auto ours = books.session_ms == session.start_ms && books.durable_ns != 0;
  auto since_ns = ours ? books.durable_ns : session.anchor_mono_ns;
  out({}, session.exists() ? client.now_ns - since_ns : 0,
      "camnode_recording_durable_age_seconds",
      "How long ago the newest frames became durable, or the session began; 0 "
      "without one.");
  out("last_error", books.last_error);
}

std::string camera_figures::trouble() const {
  auto name = "camera " + id() + ": ";
  auto why = books.last_error.empty() ? why_no_frame(*this) : books.last_error;
  if (!why.empty())
    why.insert(0, ": ");
  if (state == "stalled")
    return name + "not recording" + why;
  if (viewer.connected || state == "gone")
    return {};
  return name
         + (member.expected ? "is to be there and is not connected"
                            : "not connected")
         + why;
}

class client_figures final : public node_figures {
public:
  explicit client_figures(const client_sources& x)
    : node_figures("client", x.id, *x.directory, *x.alarms),
      board_(x.board),
      now_{x.clock(), board_->session(), board_->broker_up} {
    for (auto& camera : x.cameras->look())
      cameras_.emplace_back(camera, now_);
  }

private:
  void tell(figure_teller out) const override;
  std::vector<std::string> troubles() const override;

  void tell_client(figure_teller out) const;

  const std::shared_ptr<const client_board> board_;
  const client_now now_;
  std::vector<camera_figures> cameras_;
};

void client_figures::tell(figure_teller out) const {
  tell_client(out);
  if (cameras_.empty()) {
    fleet_member nobody;
    nobody.ring = std::make_shared<frame_ring>(frame_ring::limits{});
    nobody.board = std::make_shared<viewer_board>();
    nobody.ledger = std::make_shared<recording_ledger>();
    camera_figures{nobody, now_}.tell(out.families());
  }
  for (auto& x : cameras_)
    x.tell(out.of("camera", x.id()));
  tell_sensors(out, *board_->sensors);
}

void client_figures::tell_client(figure_teller out) const {
  std::string_view now = !now_.session.exists() ? "idle"
                         : now_.session.open()  ? "recording"
                                                : "stopping";
  for (std::string_view state : {"idle", "recording", "stopping"})
    out({}, state == now, "camnode_session_state",
        "1 for what the client does, 0 for what it does not.",
        {"state", state});
  out({}, now_.session.start_ms * 1'000'000,
      "camnode_session_start_time_seconds",
      "Start of the session, since the Unix epoch; 0 without one.");
  out({}, now_.broker_up, "camnode_broker_connected",
      "1 while there is a connection to the MQTT broker.");
  auto& disk = *board_->disk;
  out({}, when(disk.known, disk.free_bytes), "camnode_data_free_bytes",
      "Room on the disk that recordings go to.");
  out({}, when(disk.known, disk.size_bytes), "camnode_data_size_bytes",
      "Size of the disk that recordings go to.");
  out({},
      std::count_if(cameras_.begin(), cameras_.end(),
                    [](auto& x) {
                      return x.member.expected && !x.viewer.connected;
                    }),
      "camnode_expected_cameras_missing",
      "Cameras of record.expect that are not connected.");
}

std::vector<std::string> client_figures::troubles() const {
  std::vector<std::string> result;
  if (!now_.broker_up)
    result.push_back("no connection to the broker");
  result.push_back(
    why_no_camera({cameras_.begin(), cameras_.end()}, now_.session));
  for (auto& x : cameras_)
    result.push_back(x.trouble());
  auto error = board_->sensors->last_error();
  if (now_.session.exists() && !error.empty())
    result.push_back("sensors: " + error);
  auto& disk = *board_->disk;
  if (!disk.known)
    result.push_back("the disk of data.dir cannot be looked at");
  else if (disk.free_bytes < least_free_bytes)
    result.push_back("the disk is nearly full: "
                     + std::to_string(disk.free_bytes / 1'000'000)
                     + " MB free");
  return result;
}

} // namespace

std::unique_ptr<const node_figures> look_at_client(const client_sources& x) {
  return std::make_unique<client_figures>(x);
}

} // namespace camnode
