#include "actors/stream_publisher/stream_reader.hpp"

#include "actors/base/log.hpp"
#include "messages/clock.hpp"
#include "messages/wire/legacy_framing.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// A peer that is silent for this long speaks the legacy protocol.
constexpr auto legacy_silence = 100ms;

/// How long a reader may take no byte of a frame that the ring has let go of.
constexpr int64_t stall_ns = 2'000'000'000;

/// Frames that a reader who has fallen behind gets before the others have
/// their turn again.
constexpr int frames_per_turn = 4;

/// How many frames before `x` the ring let go of before the reader came: those
/// of `gap` that the camera itself did not lose.
uint64_t lost_by_ring(const frame_gap& gap, const frame& x) {
  if (gap.place == loss_place::none)
    return 0;
  auto of_all = gap.last - gap.first + 1;
  if (x.gap.place == loss_place::none || x.gap.last != gap.last)
    return of_all;
  auto first = std::max(gap.first, x.gap.first);
  return of_all - (gap.last - first + 1);
}

/// What a reader misses between frame `after` and `x`. The place is the one
/// that lost most of it.
frame_gap gap_between(uint64_t behind, const frame& x) {
  if (x.sequence <= behind + 1)
    return {};
  frame_gap result{behind + 1, x.sequence - 1, loss_place::server_ring};
  auto of_all = result.last - result.first + 1;
  if (lost_by_ring(result, x) * 2 < of_all)
    result.place = x.gap.place;
  return result;
}

} // namespace

stream_reader::stream_reader(stream_hub& hub, stream_socket socket,
                             asio::ip::address origin)
  : http_connection(std::move(socket), hub.options.entry),
    hub_(hub),
    origin_(std::move(origin)) {
}

void stream_reader::start() {
  if (!takes_legacy()) {
    mode_ = mode::requests;
    return http_connection::start();
  }
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  set_deadline(legacy_silence, [this] { on_silence(); });
  read();
}

void stream_reader::on_close() {
  if (mode_ == mode::legacy)
    --hub_.counters.legacy_readers;
  else if (streams())
    --hub_.counters.http_readers;
  gauge_.reset();
  hub_.readers.erase(me());
}

// -- requests -----------------------------------------------------------------

bool stream_reader::wants_requests() {
  if (mode_ == mode::greeting)
    mode_ = mode::requests;
  return !streams();
}

http_page stream_reader::refusal(unsigned status, const std::string& why) {
  ++hub_.counters.bad_requests;
  return http_connection::refusal(status, why);
}

void stream_reader::turn_legacy_away() {
  ++hub_.counters.silent;
  if (hub_.silences.admits(client_clock_ns()))
    log_warning("stream_publisher", "closed ", peer(),
                ", which said nothing, as legacy clients do: they get no "
                "stream here, as the port ",
                entry().tls ? "speaks TLS (stream.cert-file)"
                            : "wants a token (stream.token-file)",
                hub_.silences.more());
  close();
}

void stream_reader::on_silence() {
  if (!takes_legacy())
    return turn_legacy_away();
  if (mode_ == mode::greeting) {
    live_ = hub_.has_room_for_live();
    if (!live_) {
      ++hub_.counters.refused;
      return close();
    }
    // The newest frame at once, then what comes.
    auto end = hub_.ring->end_position();
    begin_stream(mode::legacy, end == 0 ? 0 : end - 1);
  }
}

void stream_reader::answer(const http_request&, const http_target& target) {
  const auto& path = target.path;
  if (path == "/stream.mjpg")
    return answer_stream(target);
  if (path == "/snapshot.jpg")
    return answer_snapshot();
  if (path == "/")
    return respond({200, "text/html; charset=utf-8", hub_.options.index_page});
  if (path == "/clock")
    return respond({200, "application/json", hub_.clock(received_ns_)});
  if (path == "/metrics" && hub_.options.metrics)
    return respond({200, "text/plain; version=0.0.4", hub_.options.metrics()});
  if (path == "/healthz") {
    auto trouble = hub_.options.trouble ? hub_.options.trouble() : "";
    return respond({trouble.empty() ? 200u : 503u, "text/plain",
                    (trouble.empty() ? "ok" : trouble) + "\n"});
  }
  refuse(404, "there are /, /stream.mjpg, /snapshot.jpg, /clock, /metrics, "
              "/healthz and /api/v1/node");
}

void stream_reader::answer_stream(const http_target& target) {
  stream_head_ = stream_response_head(hub_.options.id, hub_.options.epoch,
                                      hub_.options.version);
  if (head_only_) {
    keep_alive_ = false;
    // The first delimiter belongs to the body.
    stream_head_.resize(stream_head_.find("\r\n\r\n") + 4);
    return send_answer(std::move(stream_head_), {}, nullptr);
  }
  live_ = !target.lossless && hub_.has_room_for_live();
  if (!target.lossless && !live_) {
    ++hub_.counters.refused;
    return refuse(503, "there are " + std::to_string(hub_.options.max_live)
                         + " live readers already");
  }
  auto& ring = *hub_.ring;
  auto end = ring.end_position();
  // Without a position both modes begin with the newest frame.
  auto from = end == 0 ? 0 : end - 1;
  if (target.after) {
    from = ring.position_after(target.after->epoch, target.after->sequence);
    if (target.after->epoch != 0) // 0 is no epoch: a reader that has nothing.
      last_ = target.after;
  }
  auto next = target.lossless ? mode::lossless : mode::live;
  send(asio::buffer(stream_head_),
       [this, next, from] { begin_stream(next, from); });
}

void stream_reader::answer_snapshot() {
  auto picture = hub_.ring->newest();
  if (!picture)
    return refuse(503, "there is no frame yet");
  auto size = std::to_string(picture->jpeg.size());
  send_answer("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: "
                + size + "\r\nCache-Control: no-store\r\nX-Camnode-Sequence: "
                + std::to_string(picture->sequence) + std::string{head_end()},
              {}, picture);
}

// -- frames -------------------------------------------------------------------

void stream_reader::begin_stream(mode x, frame_ring::position from) {
  cancel_deadline();
  error_code err;
  socket_.non_blocking(true, err);
  if (err)
    return close();
  mode_ = x;
  forget_input();
  ++(x == mode::legacy ? hub_.counters.legacy_readers
                       : hub_.counters.http_readers);
  cursor_ = from;
  gauge_ = hub_.options.readers->open(peer(), mode_name(x));
  gauge_->cursor = cursor_;
  progress_ns_ = client_clock_ns();
  log_debug("stream_publisher", "reader ", gauge_->peer, ", ", gauge_->mode);
  if (x != mode::legacy) // There, the read of the greeting goes on.
    read();
  pump();
}

const char* stream_reader::mode_name(mode x) {
  return x == mode::legacy     ? "legacy"
         : x == mode::lossless ? "lossless"
                               : "live";
}

std::string stream_reader::peer() const {
  error_code err;
  auto x = peer_of(socket_, err);
  return err ? "?" : x.address().to_string() + ":" + std::to_string(x.port());
}

void stream_reader::on_frame(frame_ring::position oldest) {
  if (!streams())
    return;
  if (!current_)
    return pump();
  if (cursor_ <= oldest && too_slow()) {
    ++hub_.counters.stalled;
    if (hub_.stalls.admits(client_clock_ns()))
      log_info("stream_publisher", "closed reader ", gauge_->peer,
               ", which takes no bytes, or too few", hub_.stalls.more());
    close();
  }
}

bool stream_reader::too_slow() {
  auto now = client_clock_ns();
  if (gone_ns_ == 0)
    gone_ns_ = now;
  return now - progress_ns_ > stall_ns
         || now - gone_ns_ > hub_.options.longest_hold.count();
}

void stream_reader::pump() {
  if (current_ || closed())
    return;
  for (int i = 0; i < frames_per_turn; ++i)
    if (!take_next() || !write_some())
      return;
  asio::post(socket_.get_executor(), [me = me()] { me->pump(); });
}

bool stream_reader::take_next() {
  auto found = mode_ == mode::lossless ? hub_.ring->next(cursor_)
                                       : hub_.ring->next_live(cursor_);
  if (!found.frame)
    return false;
  current_ = std::move(found.frame);
  gauge_->cursor.store(cursor_, std::memory_order_relaxed);
  if (mode_ == mode::lossless) {
    prepare_lossless();
  } else {
    hub_.counters.frames_skipped += found.skipped;
    gauge_->skipped += found.skipped;
  }
  if (mode_ == mode::live)
    prepare_part({});
  else if (mode_ == mode::legacy)
    prepare_legacy();
  progress_ns_ = client_clock_ns();
  gone_ns_ = 0;
  return true;
}

void stream_reader::prepare_lossless() {
  const auto& x = *current_;
  frame_gap gap;
  if (last_) {
    auto behind = last_->epoch == x.epoch ? last_->sequence : 0;
    gap = gap_between(behind, x);
    auto of_ring = lost_by_ring(gap, x);
    hub_.counters.frames_lost += of_ring;
    gauge_->lost += of_ring;
  }
  last_ = stream_position{x.epoch, x.sequence};
  prepare_part(gap);
}

void stream_reader::prepare_part(const frame_gap& gap) {
  const auto& x = *current_;
  auto n = write_part_header(header_.data(), x, &gap);
  unsent_ = {asio::buffer(header_.data(), n),
             asio::buffer(x.jpeg.data(), x.jpeg.size()),
             asio::buffer(part_trailer.data(), part_trailer.size())};
}

void stream_reader::prepare_legacy() {
  const auto& x = *current_;
  auto head = make_legacy_header(x.jpeg.size());
  std::copy(head.begin(), head.end(), header_.begin());
  unsent_ = {asio::buffer(header_.data(), head.size()),
             asio::buffer(x.jpeg.data(), x.jpeg.size()), asio::const_buffer{}};
}

// One send for what is left of all three pieces, at once: a socket nearly
// always has room for a frame. To have asio write it costs a turn of its loop
// for each frame and reader; its `async_write` moreover cuts it into pieces of
// 64 KiB, which costs half as much again.
bool stream_reader::write_some() {
  if (has_tls()) {
    write_over_tls();
    return false;
  }
  error_code err;
  auto n = socket_.write_some(unsent_, err);
  if (err && err != asio::error::would_block) {
    close();
    return false;
  }
  if (took(n))
    return true;
  wait_for_room();
  return false;
}

// The kernel's room is asked for each record of 16 KiB, so a reader that takes
// them one by one counts as one that takes bytes.
void stream_reader::write_over_tls() {
  send_some_tls(unsent_, [me = me()](error_code err, size_t n) {
    if (me->closed())
      return;
    if (err)
      return me->close();
    if (me->took(n))
      me->pump();
    else
      me->write_over_tls();
  });
}

bool stream_reader::took(size_t n) {
  if (n > 0)
    progress_ns_ = client_clock_ns();
  hub_.counters.bytes_sent += n;
  gauge_->bytes += n;
  for (auto& piece : unsent_) {
    auto taken = std::min(n, piece.size());
    piece += taken;
    n -= taken;
  }
  if (asio::buffer_size(unsent_) > 0)
    return false;
  ++hub_.counters.frames_sent;
  auto took_ns = capture_clock_ns() - current_->capture_mono_ns;
  hub_.counters.to_sent.add(took_ns);
  gauge_->to_sent.add(took_ns);
  ++gauge_->frames;
  current_.reset();
  return true;
}

void stream_reader::wait_for_room() {
  socket_.async_wait(asio::socket_base::wait_write,
                     [me = me()](error_code err) {
                       if (me->closed())
                         return;
                       if (err)
                         return me->close();
                       if (me->write_some())
                         me->pump();
                     });
}

} // namespace camnode
