#include "actors/stream_publisher/stream_hub.hpp"

#include "actors/base/log.hpp"
#include "actors/base/metrics_text.hpp"
#include "actors/stream_publisher/stream_reader.hpp"
#include "messages/clock.hpp"

#include <algorithm>

namespace camnode {

namespace {

/// A live reader that has taken nothing for less is not stuck.
constexpr int64_t least_stuck_ns = 1'000'000'000;

/// What went over the port.
void write_traffic(metrics_text& text, const stream_figures& x) {
  text.family("camnode_stream_connections_total", "counter",
              "Connections to the stream port.");
  text.sample(x.accepted, {{"result", "accepted"}});
  text.sample(x.refused, {{"result", "refused"}});
  text.family("camnode_stream_displaced_connections_total", "counter",
              "Connections closed to make room for others.");
  text.sample(x.displaced);
  text.family("camnode_stream_frames_sent_total", "counter",
              "Frames sent whole, over all readers.");
  text.sample(x.frames_sent);
  text.family("camnode_stream_bytes_sent_total", "counter",
              "Bytes of frames sent, over all readers.");
  text.sample(x.bytes_sent);
  text.family("camnode_stream_frames_skipped_total", "counter",
              "Frames that live readers were too slow for.");
  text.sample(x.frames_skipped);
  text.family("camnode_stream_frames_lost_total", "counter",
              "Frames that left the ring before a lossless reader came.");
  text.sample(x.frames_lost);
  text.family("camnode_stream_stalled_readers_total", "counter",
              "Readers closed as they did not read, or too slowly.");
  text.sample(x.stalled);
  text.family("camnode_stream_bad_requests_total", "counter",
              "Requests answered with an error.");
  text.sample(x.bad_requests);
}

void write_ring(metrics_text& text, const frame_ring& ring) {
  auto held = ring.stats();
  text.family("camnode_ring_frames", "gauge", "Frames in the replay ring.");
  text.sample(held.frames);
  text.family("camnode_ring_bytes", "gauge", "Bytes in the replay ring.");
  text.sample(held.bytes);
  text.family("camnode_ring_span_seconds", "gauge",
              "Time between the oldest and the newest frame in the ring.");
  text.seconds(held.newest_ns - held.oldest_ns);
  text.family("camnode_ring_capacity_bytes", "gauge",
              "The most bytes that the replay ring may hold.");
  text.sample(ring.bounds().bytes);
  text.family("camnode_ring_capacity_seconds", "gauge",
              "The longest span that the replay ring may hold.");
  text.seconds(ring.bounds().age.count());
}

} // namespace

stream_figures stream_counters::look() const {
  stream_figures x;
  x.accepted = accepted;
  x.refused = refused;
  x.displaced = displaced;
  x.http_readers = http_readers;
  x.legacy_readers = legacy_readers;
  x.frames_sent = frames_sent;
  x.bytes_sent = bytes_sent;
  x.frames_skipped = frames_skipped;
  x.frames_lost = frames_lost;
  x.stalled = stalled;
  x.bad_requests = bad_requests;
  return x;
}

bool stream_hub::has_room_for_live() {
  size_t live = 0;
  std::shared_ptr<stream_reader> slowest;
  for (auto& x : readers) {
    if (!x->is_live())
      continue;
    ++live;
    if (x->stuck_since_ns() != 0
        && (!slowest || x->stuck_since_ns() < slowest->stuck_since_ns()))
      slowest = x;
  }
  if (live < options.max_live)
    return true;
  if (!slowest
      || client_clock_ns() - slowest->stuck_since_ns() < least_stuck_ns)
    return false;
  displace(slowest, "live reader");
  return true;
}

void stream_hub::displace(const std::shared_ptr<stream_reader>& x,
                          const char* what) {
  ++counters.displaced;
  if (displacements.admits(client_clock_ns()))
    log_info("stream_publisher", "closed a ", what, " of ",
             x->origin().to_string(), " to make room", displacements.more());
  x->close();
}

std::string stream_hub::metrics() const {
  metrics_text text;
  auto x = counters.look();
  text.family("camnode_stream_readers", "gauge", "Readers of the stream now.");
  text.sample(x.http_readers, {{"protocol", "http"}});
  text.sample(x.legacy_readers, {{"protocol", "legacy"}});
  auto end = ring->end_position();
  uint64_t most_behind = 0;
  for (auto& reader : readers)
    if (reader->streams())
      most_behind = std::max(most_behind, reader->frames_behind(end));
  text.family("camnode_stream_reader_lag_frames", "gauge",
              "Frames that the reader furthest behind has not taken.");
  text.sample(most_behind);
  write_traffic(text, x);
  write_ring(text, *ring);
  text.family("camnode_capture_to_sent_seconds", "histogram",
              "From the capture of a frame to its last byte in the socket of "
              "a reader, over all readers.");
  text.durations(counters.to_sent.look());
  return options.metrics ? options.metrics() + text.text() : text.text();
}

std::string stream_hub::clock(int64_t receive_mono_ns) const {
  auto utc = utc_clock_ns();
  auto send = capture_clock_ns();
  return "{\"id\":\"" + options.id
         + "\",\"epoch\":" + std::to_string(options.epoch)
         + ",\"receive_mono_ns\":" + std::to_string(receive_mono_ns)
         + ",\"send_mono_ns\":" + std::to_string(send)
         + ",\"utc_ns\":" + std::to_string(utc) + "}\n";
}

} // namespace camnode
