#include "actors/stream_publisher/stream_session.hpp"

#include "actors/shared/log.hpp"
#include "messages/clock.hpp"
#include "messages/wire/legacy_framing.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

namespace {

/// A peer that is silent for this long speaks the legacy protocol.
constexpr auto legacy_silence = 100ms;

/// For a request to come whole, and for an answer to be taken.
constexpr auto request_deadline = 5s;

/// For a connection between two requests, as common servers have it.
constexpr auto idle_deadline = 75s;

/// For a peer to close once it has its answer.
constexpr auto drain_deadline = 1s;

/// How long a reader may take no byte of a frame that the ring has let go of.
constexpr int64_t stall_ns = 2'000'000'000;

/// Frames that a reader who has fallen behind gets before the others have
/// their turn again.
constexpr int frames_per_turn = 4;

constexpr size_t max_request_bytes = 8192;

std::string reason_phrase(unsigned status) {
  auto text = http::obsolete_reason(static_cast<http::status>(status));
  return {text.data(), text.size()};
}

} // namespace

struct stream_session::request_input {
  boost::beast::flat_buffer bytes{max_request_bytes};
  std::optional<http::request_parser<http::empty_body>> parser;
};

stream_session::stream_session(stream_hub& hub, asio::ip::tcp::socket socket)
  : hub_(hub),
    socket_(std::move(socket)),
    deadline_(socket_.get_executor()),
    request_(std::make_unique<request_input>()) {
}

stream_session::~stream_session() = default;

void stream_session::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  set_deadline(legacy_silence, &stream_session::on_silence);
  read();
}

void stream_session::close() {
  if (std::exchange(closed_, true))
    return;
  if (mode_ == mode::legacy)
    --hub_.counters.legacy_readers;
  else if (streams())
    --hub_.counters.http_readers;
  deadline_.cancel();
  error_code ignored;
  socket_.close(ignored);
  hub_.sessions.erase(shared_from_this());
}

// -- requests -----------------------------------------------------------------

void stream_session::set_deadline(std::chrono::milliseconds delay,
                                  void (stream_session::*then)()) {
  deadline_.expires_after(delay);
  deadline_.async_wait([me = shared_from_this(), then](error_code err) {
    if (!err && !me->closed_)
      ((*me).*then)();
  });
}

void stream_session::read() {
  if (request_->bytes.size() >= max_request_bytes)
    return refuse(431, "a request may have 8192 bytes");
  socket_.async_read_some(request_->bytes.prepare(std::min<size_t>(
                            2048, max_request_bytes - request_->bytes.size())),
                          [me = shared_from_this()](error_code err, size_t n) {
                            if (!me->closed_)
                              me->on_read(err, n);
                          });
}

void stream_session::on_read(error_code err, size_t n) {
  if (err)
    return close();
  received_ns_ = capture_clock_ns();
  if (streams()) // Says nothing that we need; reading notices its end.
    return read();
  request_->bytes.commit(n);
  if (mode_ == mode::greeting)
    mode_ = mode::requests;
  parse();
}

void stream_session::on_silence() {
  if (mode_ == mode::greeting) {
    // The newest frame at once, then what comes.
    auto end = hub_.ring->end_position();
    begin_stream(mode::legacy, end == 0 ? 0 : end - 1);
  }
}

void stream_session::parse() {
  if (!request_->parser) {
    request_->parser.emplace();
    request_->parser->header_limit(max_request_bytes);
    set_deadline(request_deadline, &stream_session::close);
  }
  error_code err;
  request_->bytes.consume(request_->parser->put(request_->bytes.data(), err));
  if (err == http::error::need_more
      || (!err && !request_->parser->is_header_done()))
    return read();
  if (err)
    return refuse(400, "not an HTTP/1.1 request: " + err.message());
  answer();
}

void stream_session::answer() {
  const auto& request = request_->parser->get();
  auto verb = request.method();
  head_only_ = verb == http::verb::head;
  keep_alive_ = request.keep_alive();
  if (verb != http::verb::get && verb != http::verb::head)
    return refuse(405, "GET and HEAD are what this port knows");
  std::string why;
  auto text = request.target();
  auto target = parse_http_target({text.data(), text.size()}, why);
  if (!target)
    return refuse(400, why);
  const auto& path = target->path;
  if (path == "/stream.mjpg")
    return answer_stream(*target);
  if (path == "/snapshot.jpg")
    return answer_snapshot();
  if (path == "/")
    return respond(200, "text/html; charset=utf-8", hub_.options.index_page);
  if (path == "/clock")
    return respond(200, "application/json", hub_.clock(received_ns_));
  if (path == "/metrics")
    return respond(200, "text/plain; version=0.0.4", hub_.metrics());
  if (path == "/healthz") {
    auto trouble = hub_.options.trouble ? hub_.options.trouble() : "";
    return respond(trouble.empty() ? 200 : 503, "text/plain",
                   (trouble.empty() ? "ok" : trouble) + "\n");
  }
  refuse(404, "there are /, /stream.mjpg, /snapshot.jpg, /clock, /metrics and "
              "/healthz");
}

void stream_session::answer_stream(const http_target& target) {
  answer_head_ = stream_response_head(hub_.options.id, hub_.options.epoch,
                                      hub_.options.version);
  if (head_only_) {
    keep_alive_ = false;
    return send_answer(std::move(answer_head_), {}, nullptr);
  }
  auto& ring = *hub_.ring;
  auto end = ring.end_position();
  // Without a position both modes begin with the newest frame.
  auto from = end == 0 ? 0 : end - 1;
  if (target.after) {
    from = ring.position_behind(target.after->epoch, target.after->sequence);
    if (target.after->epoch != 0) // 0 is no epoch: a reader that has nothing.
      last_ = target.after;
  }
  auto next = target.lossless ? mode::lossless : mode::live;
  asio::async_write(socket_, asio::buffer(answer_head_),
                    [me = shared_from_this(), next, from](error_code err,
                                                          size_t) {
                      if (me->closed_)
                        return;
                      if (err)
                        return me->close();
                      me->begin_stream(next, from);
                    });
}

void stream_session::answer_snapshot() {
  auto picture = hub_.ring->newest();
  if (!picture)
    return refuse(503, "there is no frame yet");
  auto size = std::to_string(picture->jpeg.size());
  send_answer("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: "
                + size + "\r\nCache-Control: no-store\r\nX-Camnode-Sequence: "
                + std::to_string(picture->sequence)
                + (keep_alive_ ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n"),
              {}, picture);
}

void stream_session::refuse(unsigned status, const std::string& why) {
  ++hub_.counters.bad_requests;
  keep_alive_ = false;
  respond(status, "text/plain; charset=utf-8", why + "\n");
}

void stream_session::respond(unsigned status, std::string_view type,
                             std::string body) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head += reason_phrase(status);
  head += "\r\nContent-Type: ";
  head += type;
  head += "\r\nContent-Length: " + std::to_string(body.size());
  head += "\r\nCache-Control: no-store";
  if (status == 405)
    head += "\r\nAllow: GET, HEAD";
  head += keep_alive_ ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
  send_answer(std::move(head), std::move(body), nullptr);
}

void stream_session::send_answer(std::string head, std::string body,
                                 frame_ptr picture) {
  answer_head_ = std::move(head);
  answer_body_ = std::move(body);
  current_ = std::move(picture);
  set_deadline(request_deadline, &stream_session::close);
  std::array<asio::const_buffer, 3> parts;
  parts[0] = asio::buffer(answer_head_);
  if (!head_only_) {
    parts[1] = asio::buffer(answer_body_);
    if (current_)
      parts[2] = asio::buffer(current_->jpeg.data(), current_->jpeg.size());
  }
  asio::async_write(socket_, parts,
                    [me = shared_from_this()](error_code err, size_t) {
                      if (!me->closed_)
                        me->after_answer(err);
                    });
}

void stream_session::after_answer(error_code err) {
  current_.reset();
  if (err)
    return close();
  if (!keep_alive_) {
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, err);
    set_deadline(drain_deadline, &stream_session::close);
    return drain();
  }
  request_->parser.reset();
  if (request_->bytes.size() > 0)
    return parse();
  set_deadline(idle_deadline, &stream_session::close);
  read();
}

// Closing while the peer still sends would reset the connection, and the
// answer might never be read.
void stream_session::drain() {
  request_->bytes.clear();
  socket_.async_read_some(request_->bytes.prepare(2048),
                          [me = shared_from_this()](error_code err, size_t) {
                            if (me->closed_)
                              return;
                            if (err)
                              return me->close();
                            me->drain();
                          });
}

// -- frames -------------------------------------------------------------------

void stream_session::begin_stream(mode x, frame_ring::position from) {
  deadline_.cancel();
  error_code err;
  socket_.non_blocking(true, err);
  if (err)
    return close();
  mode_ = x;
  request_->bytes.clear();
  ++(x == mode::legacy ? hub_.counters.legacy_readers
                       : hub_.counters.http_readers);
  cursor_ = from;
  progress_ns_ = client_clock_ns();
  log_debug("stream_publisher", "reader ",
            x == mode::legacy ? "legacy" : "HTTP",
            x == mode::lossless ? ", lossless" : ", live");
  if (x != mode::legacy) // There, the read of the greeting goes on.
    read();
  pump();
}

void stream_session::on_frame(frame_ring::position oldest) {
  if (!streams())
    return;
  if (!current_)
    return pump();
  if (cursor_ <= oldest && client_clock_ns() - progress_ns_ > stall_ns) {
    ++hub_.counters.stalled;
    log_info("stream_publisher", "closed a reader that takes no bytes");
    close();
  }
}

void stream_session::pump() {
  if (current_ || closed_)
    return;
  for (int i = 0; i < frames_per_turn; ++i)
    if (!take_next() || !write_some())
      return;
  asio::post(socket_.get_executor(), [me = shared_from_this()] { me->pump(); });
}

bool stream_session::take_next() {
  auto found = mode_ == mode::lossless ? hub_.ring->next(cursor_)
                                       : hub_.ring->next_live(cursor_);
  if (!found.frame)
    return false;
  current_ = std::move(found.frame);
  if (mode_ == mode::lossless)
    prepare_lossless();
  else
    hub_.counters.frames_skipped += found.skipped;
  if (mode_ == mode::live)
    prepare_part({});
  else if (mode_ == mode::legacy)
    prepare_legacy();
  progress_ns_ = client_clock_ns();
  return true;
}

void stream_session::prepare_lossless() {
  const auto& x = *current_;
  frame_gap gap;
  if (last_) {
    auto behind = last_->epoch == x.epoch ? last_->sequence : 0;
    if (x.sequence > behind + 1)
      gap = {behind + 1, x.sequence - 1, loss_place::server_ring};
    // The camera itself knows better where the very same frames were lost.
    if (gap.first == x.gap.first && gap.last == x.gap.last)
      gap = x.gap;
  }
  if (gap.place == loss_place::server_ring)
    hub_.counters.frames_lost += gap.last - gap.first + 1;
  last_ = stream_position{x.epoch, x.sequence};
  prepare_part(gap);
}

void stream_session::prepare_part(const frame_gap& gap) {
  const auto& x = *current_;
  auto n = write_part_header(header_.data(), x, &gap);
  unsent_ = {asio::buffer(header_.data(), n),
             asio::buffer(x.jpeg.data(), x.jpeg.size()),
             asio::buffer(part_trailer.data(), part_trailer.size())};
}

void stream_session::prepare_legacy() {
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
bool stream_session::write_some() {
  error_code err;
  auto n = socket_.write_some(unsent_, err);
  if (err && err != asio::error::would_block) {
    close();
    return false;
  }
  if (n > 0)
    progress_ns_ = client_clock_ns();
  hub_.counters.bytes_sent += n;
  for (auto& piece : unsent_) {
    auto taken = std::min(n, piece.size());
    piece += taken;
    n -= taken;
  }
  if (asio::buffer_size(unsent_) > 0) {
    wait_for_room();
    return false;
  }
  ++hub_.counters.frames_sent;
  current_.reset();
  return true;
}

void stream_session::wait_for_room() {
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [me = shared_from_this()](error_code err) {
                       if (me->closed_)
                         return;
                       if (err)
                         return me->close();
                       if (me->write_some())
                         me->pump();
                     });
}

} // namespace camnode
