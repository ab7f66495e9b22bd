#include "actors/base/http_connection.hpp"

#include "actors/base/http_connection_parts.hpp"
#include "actors/base/log.hpp"
#include "actors/base/way_back.hpp"
#include "messages/clock.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/json_text.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

namespace {

/// For a connection between two requests, as common servers have it.
constexpr auto idle_deadline = 75s;

/// For a peer to close once it has its answer.
constexpr auto drain_deadline = 1s;

constexpr const char* too_long
  = "a request may have 8192 bytes before its body";
constexpr uint64_t max_body_bytes = 64 << 10;

std::string reason_phrase(unsigned status) {
  auto text = http::obsolete_reason(static_cast<http::status>(status));
  return {text.data(), text.size()};
}

} // namespace

http_connection::http_connection(stream_socket socket, const http_entry& entry)
  : socket_(std::move(socket)),
    entry_(entry),
    asks_api_(entry.api_alone),
    since_ns_(client_clock_ns()),
    deadline_(socket_.get_executor()),
    input_(std::make_unique<input>()),
    way_back_(std::make_shared<way_back>(socket_.get_executor())) {
  auto context = entry.tls ? entry.tls->context() : nullptr;
  if (context)
    tls_ = std::make_unique<tls_layer>(socket_, context);
}

http_connection::~http_connection() {
  way_back_->cut();
}

void http_connection::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  set_deadline(request_deadline, [this] {
    if (has_heard())
      close();
    else
      on_silence();
  });
  if (entry_.tls && !tls_)
    close();
  else if (tls_)
    shake_hands();
  else
    read();
}

void http_connection::shake_hands() {
  tls_->stream.async_handshake(asio::ssl::stream_base::server,
                               [me = shared_from_this()](error_code err) {
                                 if (me->closed_)
                                   return;
                                 if (err)
                                   return me->close();
                                 me->read();
                               });
}

bool http_connection::has_heard() const {
  return received_ns_ != 0
         || (tls_
             && BIO_number_read(SSL_get_rbio(tls_->stream.native_handle()))
                  > 0);
}

template <class Buffers, class Handler>
void http_connection::read_some(const Buffers& into, Handler handler) {
  if (tls_)
    tls_->stream.async_read_some(into, std::move(handler));
  else
    socket_.async_read_some(into, std::move(handler));
}

template <class Buffers, class Handler>
void http_connection::write_all(const Buffers& from, Handler handler) {
  // Of what is longer than a piece, each piece has its deadline.
  auto paced = [this, next = piece_bytes](error_code err, size_t sent) mutable {
    if (!err && sent >= next) {
      next = sent + piece_bytes;
      set_deadline(request_deadline, [this] { close(); });
    }
    return err ? uint64_t{0} : piece_bytes;
  };
  if (tls_)
    asio::async_write(tls_->stream, from, paced, std::move(handler));
  else
    asio::async_write(socket_, from, paced, std::move(handler));
}

void http_connection::send(asio::const_buffer from,
                           std::function<void()> then) {
  write_all(from, [me = shared_from_this(),
                   then = std::move(then)](error_code err, size_t) {
    if (me->closed_)
      return;
    if (err)
      return me->close();
    then();
  });
}

void http_connection::send_some_tls(
  const std::array<asio::const_buffer, 3>& from,
  std::function<void(error_code, size_t)> then) {
  tls_->stream.async_write_some(from, std::move(then));
}

void http_connection::close() {
  if (std::exchange(closed_, true))
    return;
  way_back_->cut();
  listening_.reset();
  tell_ = nullptr;
  deadline_.cancel();
  error_code ignored;
  socket_.close(ignored);
  on_close();
}

void http_connection::set_deadline(std::chrono::milliseconds delay,
                                   std::function<void()> then) {
  deadline_.expires_after(delay);
  deadline_.async_wait(
    [me = shared_from_this(), then = std::move(then)](error_code err) {
      if (!err && !me->closed_)
        then();
    });
}

void http_connection::read() {
  if (input_->bytes.size() >= max_request_bytes)
    return refuse(431, too_long);
  read_some(input_->bytes.prepare(
              std::min<size_t>(2048, max_request_bytes - input_->bytes.size())),
            [me = shared_from_this()](error_code err, size_t n) {
              if (!me->closed_)
                me->on_read(err, n);
            });
}

void http_connection::on_read(error_code err, size_t n) {
  if (err)
    return close();
  received_ns_ = capture_clock_ns();
  if (!wants_requests())
    return read();
  input_->bytes.commit(n);
  parse();
}

void http_connection::forget_input() {
  input_->bytes.clear();
}

void http_connection::parse() {
  if (!input_->parser) {
    since_ns_ = client_clock_ns();
    asks_api_ = entry_.api_alone;
    input_->parser.emplace();
    input_->parser->header_limit(max_request_bytes);
    input_->parser->body_limit(max_body_bytes);
    set_deadline(request_deadline, [this] { close(); });
  }
  auto& parser = *input_->parser;
  error_code err;
  input_->bytes.consume(parser.put(input_->bytes.data(), err));
  // Of a request without a body, its head is all there is.
  if (!err && parser.is_header_done() && !parser.is_done() && wants_body()) {
    parser.eager(true);
    input_->bytes.consume(parser.put(input_->bytes.data(), err));
    if (!err && !parser.is_done())
      return read();
  }
  if (err == http::error::need_more || (!err && !parser.is_header_done()))
    return read();
  if (err == http::error::header_limit)
    return refuse(431, too_long);
  if (err == http::error::body_limit && wants_body())
    return refuse(413, "a body may have 65536 bytes");
  if (err && err != http::error::body_limit)
    return refuse(400, "not an HTTP/1.1 request: " + err.message());
  check_request();
}

bool http_connection::wants_body() const {
  return takes_posts() && input_->parser->get().method() == http::verb::post;
}

void http_connection::check_request() {
  has_asked_ = true;
  const auto& request = input_->parser->get();
  auto verb = request.method();
  head_only_ = verb == http::verb::head;
  keep_alive_ = request.keep_alive();
  auto x = request_of();
  auto is_api = [&](std::string_view path) {
    return entry_.api && (entry_.api_alone || path.substr(0, 5) == "/api/");
  };
  asks_api_ = is_api(x.target);
  auto posts = takes_posts() && verb == http::verb::post;
  if (!posts && !head_only_ && verb != http::verb::get) {
    std::string known = takes_posts() ? "GET, HEAD, POST" : "GET, HEAD";
    return refuse(405, "this port knows " + known, known);
  }
  if (!posts && !input_->parser->is_done())
    return refuse(400, "a body belongs to a POST alone");
  std::string why;
  auto target = parse_http_target(x.target, why);
  if (!target)
    return refuse(400, why);
  asks_api_ = is_api(target->path);
  judge(x, *target);
}

http_request http_connection::request_of() const {
  const auto& request = input_->parser->get();
  auto header = [&](http::field name) -> std::string_view {
    auto value = request[name];
    return {value.data(), value.size()};
  };
  auto target = request.target();
  return {request.method() == http::verb::post ? "POST" : "GET",
          {target.data(), target.size()},
          header(http::field::host),
          header(http::field::origin),
          request.body(),
          header(http::field::authorization),
          header(http::field::cookie),
          header(http::field::range),
          header(http::field::if_range),
          http_right::operate};
}

void http_connection::judge(http_request request, const http_target& target) {
  if (entry_.door) {
    auto verdict = entry_.door->judge(request, target);
    if (verdict.status != 200)
      return turn_away(std::move(verdict));
    request.right = verdict.right;
  }
  if (asks_api_)
    return respond(entry_.api(request));
  if (request.method != "GET")
    return refuse(405, "a POST belongs below /api/", "GET, HEAD");
  answer(request, target);
}

void http_connection::turn_away(http_verdict verdict) {
  auto& door = *entry_.door;
  if (verdict.status == 303)
    return respond({303, "text/plain", {}, {}, door.exchange_fields()});
  if (!verdict.wrong_token)
    return refuse(verdict.status, verdict.why);
  error_code ignored;
  auto peer = origin_of(peer_of(socket_, ignored).address()).to_string();
  auto now_ns = client_clock_ns();
  if (door.wrong_lines.admits(now_ns))
    log_warning(entry_.who, "a wrong token from ", peer,
                door.wrong_lines.more());
  auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(
    door.wrong.take(peer, now_ns));
  set_deadline(wait, [this, why = verdict.why] { refuse(401, why); });
}

void http_connection::refuse(unsigned status, const std::string& why,
                             std::string allow) {
  keep_alive_ = false;
  auto page = refusal(status, why);
  page.allow = std::move(allow);
  if (status == 401)
    page.fields.push_back({"WWW-Authenticate", "Basic realm=\"camnode\""});
  respond(std::move(page));
}

http_page http_connection::refusal(unsigned status, const std::string& why) {
  if (asks_api_)
    return {status, "application/json", json_line("error", why)};
  return {status, "text/plain; charset=utf-8", why + "\n"};
}

void http_connection::respond(http_page page) {
  if (page.later)
    return respond_later(page);
  if (page.live)
    return go_live(page.live);
  auto size = page.file ? page.file->size : page.body.size();
  std::string head = "HTTP/1.1 " + std::to_string(page.status) + " ";
  head += reason_phrase(page.status);
  head += "\r\nContent-Type: " + page.type;
  head += "\r\nContent-Length: " + std::to_string(size);
  head += "\r\nCache-Control: no-store";
  if (!page.allow.empty())
    head += "\r\nAllow: " + page.allow;
  for (auto& x : page.fields)
    head += "\r\n" + x.name + ": " + x.value;
  head += head_end();
  if (page.file)
    return send_file(std::move(head), std::move(page.file));
  send_answer(std::move(head), std::move(page.body), nullptr);
}

void http_connection::send_answer(std::string head, std::string body,
                                  frame_ptr picture) {
  answer_head_ = std::move(head);
  answer_body_ = std::move(body);
  answer_picture_ = std::move(picture);
  set_deadline(request_deadline, [this] { close(); });
  std::array<asio::const_buffer, 3> parts;
  parts[0] = asio::buffer(answer_head_);
  if (!head_only_) {
    parts[1] = asio::buffer(answer_body_);
    if (answer_picture_)
      parts[2] = asio::buffer(answer_picture_->jpeg.data(),
                              answer_picture_->jpeg.size());
  }
  write_all(parts, [me = shared_from_this()](error_code err, size_t) {
    if (!me->closed_)
      me->after_answer(err);
  });
}

void http_connection::after_answer(error_code err) {
  answer_picture_.reset();
  answer_file_.reset();
  if (err)
    return close();
  if (!keep_alive_) {
    set_deadline(drain_deadline, [this] { close(); });
    if (!tls_) {
      socket_.shutdown(asio::socket_base::shutdown_send, err);
      return drain();
    }
    return tls_->stream.async_shutdown([me = shared_from_this()](error_code) {
      if (!me->closed_)
        me->drain();
    });
  }
  input_->parser.reset();
  since_ns_ = client_clock_ns();
  if (input_->bytes.size() > 0)
    return parse();
  set_deadline(idle_deadline, [this] { close(); });
  read();
}

// Closing while the peer still sends would reset the connection, and the
// answer might never be read.
void http_connection::drain() {
  input_->bytes.clear();
  socket_.async_read_some(input_->bytes.prepare(2048),
                          [me = shared_from_this()](error_code err, size_t) {
                            if (me->closed_)
                              return;
                            if (err)
                              return me->close();
                            me->drain();
                          });
}

} // namespace camnode
