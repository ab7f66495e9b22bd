#include "nodes/inspection/server_figures.hpp"

#include "messages/clock.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

class server_figures final : public node_figures {
public:
  explicit server_figures(const server_sources& x)
    : node_figures("server", x.id, *x.directory, *x.alarms), sources_(x) {
  }

private:
  void tell(figure_teller out) const override;
  void tell_camera(figure_teller out) const;
  void tell_ring(figure_teller out) const;
  void tell_readers(figure_teller out) const;
  void tell_traffic(figure_teller out) const;

  std::vector<std::string> troubles() const override {
    return {sources_.camera_trouble()};
  }

  const server_sources sources_;
};

void server_figures::tell(figure_teller out) const {
  tell_camera(out);
  tell_ring(out);
  tell_readers(out);
  tell_traffic(out);
}

void server_figures::tell_camera(figure_teller out) const {
  auto& board = *sources_.board;
  out.begin("frames", "camera", "camera", board.state());
  out.passing("captured", board.captured(), "camnode_frames_captured_total",
              "Frames that the camera made, lost ones included.");
  out.passing("bytes", board.bytes(), "camnode_captured_bytes_total",
              "Bytes of the frames captured.");
  for (auto place : {loss_place::source, loss_place::encoder})
    out(std::string{"lost_"} + to_string(place), board.lost(place),
        "camnode_frames_lost_total", "Frames lost before the replay ring.",
        {"place", to_string(place)});
  auto newest_ns = board.newest_ns();
  out("newest_age_ns", when(newest_ns != 0, capture_clock_ns() - newest_ns));
  out("capture_to_ring", board.to_ring().look(),
      "camnode_capture_to_ring_seconds",
      "From the capture of a frame to its place in the replay ring, encoded.");
}

void server_figures::tell_ring(figure_teller out) const {
  auto ring = sources_.ring->stats();
  auto& bounds = sources_.ring->bounds();
  begin_ring(out, "ring", "stream_publisher", ring, bounds);
  out("frames", ring.frames, "camnode_ring_frames",
      "Frames in the replay ring.");
  out("bytes", ring.bytes, "camnode_ring_bytes", "Bytes in the replay ring.");
  out("bytes_limit", bounds.bytes, "camnode_ring_capacity_bytes",
      "The most bytes that the replay ring may hold.");
  out("span_ns", ring.newest_ns - ring.oldest_ns, "camnode_ring_span_seconds",
      "Time between the oldest and the newest frame in the ring.");
  out("span_limit_ns", bounds.age.count(), "camnode_ring_capacity_seconds",
      "The longest span that the replay ring may hold.");
}

void server_figures::tell_readers(figure_teller out) const {
  auto end = sources_.ring->end_position();
  uint64_t most_behind = 0;
  for (auto& x : sources_.readers->look()) {
    auto lag = end - std::min<uint64_t>(end, x->cursor);
    most_behind = std::max(most_behind, lag);
    out.begin("reader/" + x->peer, "reader", "stream_publisher",
              std::string{x->mode} + ", " + std::to_string(lag)
                + " frames behind");
    out("lag_frames", lag);
    out.passing("frames_sent", x->frames);
    out.passing("bytes_sent", x->bytes);
    out("frames_skipped", x->skipped);
    out("frames_lost", x->lost);
    out("capture_to_sent", x->to_sent.look());
  }
  out({}, most_behind, "camnode_stream_reader_lag_frames",
      "Frames that the reader furthest behind has not taken.");
}

void server_figures::tell_traffic(figure_teller out) const {
  auto& x = sources_.readers->counters;
  constexpr auto readers = "camnode_stream_readers";
  constexpr auto now = "Readers of the stream now.";
  out({}, x.http_readers, readers, now, {"protocol", "http"});
  out({}, x.legacy_readers, readers, now, {"protocol", "legacy"});
  constexpr auto connections = "camnode_stream_connections_total";
  constexpr auto ever = "Connections to the stream port.";
  out({}, x.accepted, connections, ever, {"result", "accepted"});
  out({}, x.refused, connections, ever, {"result", "refused"});
  out({}, x.displaced, "camnode_stream_displaced_connections_total",
      "Connections closed to make room for others.");
  out({}, x.frames_sent, "camnode_stream_frames_sent_total",
      "Frames sent whole, over all readers.");
  out({}, x.bytes_sent, "camnode_stream_bytes_sent_total",
      "Bytes of frames sent, over all readers.");
  out({}, x.frames_skipped, "camnode_stream_frames_skipped_total",
      "Frames that live readers were too slow for.");
  out({}, x.frames_lost, "camnode_stream_frames_lost_total",
      "Frames that left the ring before a lossless reader came.");
  out({}, x.stalled, "camnode_stream_stalled_readers_total",
      "Readers closed as they did not read, or too slowly.");
  out({}, x.bad_requests, "camnode_stream_bad_requests_total",
      "Requests answered with an error.");
  out({}, x.silent, "camnode_stream_silent_connections_total",
      "Connections closed as they said nothing, as legacy clients do, where "
      "these get no stream.");
  out({}, x.to_sent.look(), "camnode_capture_to_sent_seconds",
      "From the capture of a frame to its last byte in the socket of a reader, "
      "over all readers.");
}

} // namespace

std::unique_ptr<const node_figures> look_at_server(const server_sources& x) {
  return std::make_unique<server_figures>(x);
}

} // namespace camnode
