#include "nodes/inspection/part_reports.hpp"

#include "actors/session/session_report.hpp"
#include "actors/shared/clock_age.hpp"
#include "actors/shared/expected_pause.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace camnode {

namespace {

/// Figures that are unsigned elsewhere stay below 2^63.
void add(part_report& out, const char* name, uint64_t value) {
  out.figures.push_back({name, static_cast<int64_t>(value), {}});
}

void add_signed(part_report& out, const char* name, int64_t value) {
  out.figures.push_back({name, value, {}});
}

void add_text(part_report& out, const char* name, const std::string& text) {
  if (!text.empty())
    out.figures.push_back({name, 0, text});
}

/// Within what half and 99 % of all frames got from one step to another.
void add_times(part_report& out, const std::string& step,
               const histogram::figures& x) {
  if (x.total == 0)
    return;
  out.figures.push_back({step + "_p50_ns", x.quantile_ns(0.5), {}});
  out.figures.push_back({step + "_p99_ns", x.quantile_ns(0.99), {}});
}

part_report ring_part(std::string name, std::string owner,
                      const frame_ring& ring) {
  auto x = ring.stats();
  part_report result;
  result.name = std::move(name);
  result.kind = "ring";
  result.owner = std::move(owner);
  auto& bounds = ring.bounds();
  auto span_ns = x.newest_ns - x.oldest_ns;
  // Whichever bound is nearer.
  auto fill = std::max<uint64_t>(
    x.bytes * 100 / std::max<size_t>(bounds.bytes, 1),
    static_cast<uint64_t>(span_ns * 100
                          / std::max<int64_t>(bounds.age.count(), 1)));
  result.state = std::to_string(std::min<uint64_t>(fill, 100)) + " % full";
  add(result, "frames", x.frames);
  add(result, "bytes", x.bytes);
  add(result, "bytes_limit", bounds.bytes);
  add_signed(result, "span_ns", span_ns);
  add_signed(result, "span_limit_ns", bounds.age.count());
  add(result, "pushed", x.pushed);
  add(result, "last_sequence", x.last_sequence);
  return result;
}

part_report reader_part(const reader_gauge& x, const frame_ring& ring) {
  part_report result;
  result.name = "reader/" + x.peer;
  result.kind = "reader";
  result.owner = "stream_publisher";
  auto cursor = x.cursor.load(std::memory_order_relaxed);
  auto end = ring.end_position();
  auto lag = end > cursor ? end - cursor : 0;
  result.state = std::string{x.mode} + ", " + std::to_string(lag)
                 + " frames behind";
  add(result, "lag_frames", lag);
  add(result, "frames_sent", x.frames);
  add(result, "bytes_sent", x.bytes);
  add(result, "frames_skipped", x.skipped);
  add(result, "frames_lost", x.lost);
  add_times(result, "capture_to_sent", x.to_sent.look());
  return result;
}

std::string phase_of(const ledger_figures& x) {
  switch (x.state) {
    case ledger_figures::phase::recording:
      return "recording";
    case ledger_figures::phase::finished:
      return "finished";
    default:
      return "idle";
  }
}

void add_clock(part_report& out, const viewer_figures& x, int64_t now_ns) {
  if (!x.clocked)
    return;
  auto clock = clock_at(x, now_ns);
  add_signed(out, "clock_offset_ns", clock.offset_ns);
  add_signed(out, "clock_error_ns", clock.error_ns);
  add_signed(out, "clock_drift_ppb", x.drift_ppb);
  add_signed(out, "clock_drift_error_ppb", x.drift_error_ppb);
  add_signed(out, "clock_age_ns", now_ns - x.probed_ns);
  add(out, "clock_probes", x.probes);
  add(out, "clock_probes_refused", x.probes_refused);
  add(out, "clock_restarts", x.clock_restarts);
}

/// What is known of a server: without a broker, nobody can tell whether it is
/// announced, and a connection says more than that.
std::string presence_of(const server_info& server, const viewer_figures& viewer,
                        bool expected, bool broker_up) {
  if (expected && !viewer.connected)
    return "missing, not connected";
  if (server.goodbye && !viewer.connected)
    return "gone, as it said goodbye";
  std::string result = viewer.connected ? "connected" : "not connected";
  if (!broker_up)
    return result
           + (server.legacy ? "" : ", announcement unknown without a broker");
  if (server.online)
    return "online, " + result;
  return viewer.connected ? result + ", announced as offline"
                          : "offline, " + result;
}

part_report server_part(const fleet_member& x, const viewer_figures& viewer,
                        int64_t now_ns, bool broker_up) {
  auto server = x.as_connected();
  part_report result;
  result.name = "server/" + server.id;
  result.kind = "server";
  result.owner = "discovery";
  // One that speaks HTTP and is not announced may have another one's id.
  auto old = viewer.legacy || !viewer.connected;
  result.state = !server.legacy ? "" : old ? "legacy, " : "not announced, ";
  result.state += presence_of(server, viewer, x.expected, broker_up);
  if (!server.camera_trouble.empty())
    result.state += "; camera: " + server.camera_trouble;
  add_text(result, "id", server.id);
  add_text(result, "ip", server.ip);
  add(result, "port", server.port);
  add(result, "tls", server.tls ? 1 : 0);
  add_text(result, "announced_id", server.announced_id);
  add(result, "epoch", server.epoch);
  auto told = server.width != 0;
  add(result, "width", told ? server.width : viewer.width);
  add(result, "height", told ? server.height : viewer.height);
  add(result, "rate_mhz", known_rate_mhz(server, viewer));
  add_text(result, "version", server.version);
  add_clock(result, viewer, now_ns);
  return result;
}

part_report connection_part(const fleet_member& x, const viewer_figures& viewer,
                            int64_t now_ns) {
  part_report result;
  result.name = "connection/" + x.server.id;
  result.kind = "connection";
  result.owner = "viewer/" + x.server.id;
  result.state = viewer.state;
  add(result, "connected", viewer.connected ? 1 : 0);
  add(result, "connections", viewer.connections);
  add(result, "frames", viewer.frames);
  add(result, "bytes", viewer.bytes);
  add(result, "doubled", viewer.doubled);
  add(result, "broken", viewer.broken);
  add(result, "cut", viewer.cut);
  add(result, "misnumbered", viewer.misnumbered);
  if (viewer.newest_ns != 0)
    add_signed(result, "newest_age_ns", now_ns - viewer.newest_ns);
  add_times(result, "capture_to_received", x.board->to_received().look());
  add_clock(result, viewer, now_ns);
  add_text(result, "last_error", viewer.last_error);
  return result;
}

part_report books_part(const fleet_member& x, int64_t now_ns) {
  auto books = x.ledger->look();
  auto ring = x.ring->stats();
  part_report result;
  result.name = "books/" + x.server.id;
  result.kind = "books";
  result.owner = "recorder/" + x.server.id;
  result.state = phase_of(books);
  add_signed(result, "session", books.session_ms);
  add(result, "written", books.written);
  add(result, "durable", books.durable);
  add(result, "lost", books.lost);
  add(result, "bytes", books.bytes);
  auto recording = books.state == ledger_figures::phase::recording;
  if (recording && books.durable_ns != 0)
    add_signed(result, "durable_age_ns", now_ns - books.durable_ns);
  if (recording && books.last && books.last->epoch == ring.last_epoch)
    add(result, "lag_frames",
        ring.last_sequence
          - std::min(ring.last_sequence, books.last->sequence));
  for (size_t i = 0; i < books.lost_at.size(); ++i)
    if (books.lost_at[i] > 0)
      result.figures.push_back(
        {std::string{"lost at "} + to_string(static_cast<loss_place>(i)),
         static_cast<int64_t>(books.lost_at[i]),
         {}});
  add_times(result, "received_to_durable", x.ledger->to_durable());
  add(result, "server_restarts", books.runs_ended);
  add(result, "unknown_breaks", unknown_breaks(books));
  add_text(result, "last_error", books.last_error);
  return result;
}

part_report sensors_part(const sensor_board& sensors) {
  part_report result;
  result.name = "sensors";
  result.kind = "sensors";
  result.owner = "sensor_log";
  auto topics = sensors.totals();
  topic_figures sum;
  for (auto& [topic, x] : topics) {
    sum.received += x.received;
    sum.written += x.written;
    sum.durable += x.durable;
    for (auto& [reason, n] : x.rejected)
      sum.rejected[reason] += n;
  }
  result.state = std::to_string(topics.size()) + " topics";
  add(result, "topics", topics.size());
  add(result, "received", sum.received);
  add(result, "written", sum.written);
  add(result, "durable", sum.durable);
  for (auto& [reason, n] : sum.rejected)
    add(result, ("rejected: " + reason).c_str(), n);
  add_text(result, "last_error", sensors.last_error());
  return result;
}

} // namespace

std::vector<part_report> server_part_reports(const camera_board& board,
                                             const frame_ring& ring,
                                             const reader_table& readers,
                                             int64_t now_ns) {
  std::vector<part_report> result;
  part_report camera;
  camera.name = "frames";
  camera.kind = "camera";
  camera.owner = "camera";
  camera.state = board.state();
  add(camera, "captured", board.captured());
  add(camera, "bytes", board.bytes());
  add(camera, "lost_source", board.lost(loss_place::source));
  add(camera, "lost_encoder", board.lost(loss_place::encoder));
  if (board.newest_ns() != 0)
    add_signed(camera, "newest_age_ns", now_ns - board.newest_ns());
  add_times(camera, "capture_to_ring", board.to_ring().look());
  result.push_back(std::move(camera));
  result.push_back(ring_part("ring", "stream_publisher", ring));
  for (auto& x : readers.look())
    result.push_back(reader_part(*x, ring));
  return result;
}

std::vector<part_report> client_part_reports(const fleet& cameras,
                                             const sensor_board& sensors,
                                             int64_t now_ns, bool broker_up) {
  std::vector<part_report> result;
  for (auto& x : cameras.look()) {
    auto viewer = x.board->look();
    result.push_back(server_part(x, viewer, now_ns, broker_up));
    result.push_back(connection_part(x, viewer, now_ns));
    result.push_back(
      ring_part("ring/" + x.server.id, "viewer/" + x.server.id, *x.ring));
    result.push_back(books_part(x, now_ns));
  }
  result.push_back(sensors_part(sensors));
  return result;
}

} // namespace camnode
