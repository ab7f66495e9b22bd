#include "actors/base/http_connection.hpp"

#include "messages/clock.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
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

/// For a request to come whole, and for an answer to be taken.
constexpr auto request_deadline = 5s;

/// For a connection between two requests, as common servers have it.
constexpr auto idle_deadline = 75s;

/// For a peer to close once it has its answer.
constexpr auto drain_deadline = 1s;

constexpr size_t max_request_bytes = 8192;

std::string reason_phrase(unsigned status) {
  auto text = http::obsolete_reason(static_cast<http::status>(status));
  return {text.data(), text.size()};
}

} // namespace

struct http_connection::input {
  boost::beast::flat_buffer bytes{max_request_bytes};
  std::optional<http::request_parser<http::empty_body>> parser;
};

http_connection::http_connection(asio::ip::tcp::socket socket)
  : socket_(std::move(socket)),
    since_ns_(client_clock_ns()),
    deadline_(socket_.get_executor()),
    input_(std::make_unique<input>()) {
}

http_connection::~http_connection() = default;

void http_connection::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  set_deadline(request_deadline, [this] { close(); });
  read();
}

void http_connection::close() {
  if (std::exchange(closed_, true))
    return;
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
    return refuse(431, "a request may have 8192 bytes");
  socket_.async_read_some(input_->bytes.prepare(std::min<size_t>(
                            2048, max_request_bytes - input_->bytes.size())),
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
    input_->parser.emplace();
    input_->parser->header_limit(max_request_bytes);
    set_deadline(request_deadline, [this] { close(); });
  }
  error_code err;
  input_->bytes.consume(input_->parser->put(input_->bytes.data(), err));
  if (err == http::error::need_more
      || (!err && !input_->parser->is_header_done()))
    return read();
  if (err)
    return refuse(400, "not an HTTP/1.1 request: " + err.message());
  check_request();
}

void http_connection::check_request() {
  const auto& request = input_->parser->get();
  auto verb = request.method();
  head_only_ = verb == http::verb::head;
  keep_alive_ = request.keep_alive();
  if (verb != http::verb::get && verb != http::verb::head)
    return refuse(405, "GET and HEAD are what this port knows");
  auto target = request.target();
  answer({target.data(), target.size()});
}

void http_connection::refuse(unsigned status, const std::string& why) {
  on_refusal();
  keep_alive_ = false;
  respond(status, "text/plain; charset=utf-8", why + "\n");
}

void http_connection::respond(unsigned status, std::string_view type,
                              std::string body) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head += reason_phrase(status);
  head += "\r\nContent-Type: ";
  head += type;
  head += "\r\nContent-Length: " + std::to_string(body.size());
  head += "\r\nCache-Control: no-store";
  if (status == 405)
    head += "\r\nAllow: GET, HEAD";
  head += head_end();
  send_answer(std::move(head), std::move(body), nullptr);
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
  asio::async_write(socket_, parts,
                    [me = shared_from_this()](error_code err, size_t) {
                      if (!me->closed_)
                        me->after_answer(err);
                    });
}

void http_connection::after_answer(error_code err) {
  answer_picture_.reset();
  if (err)
    return close();
  if (!keep_alive_) {
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, err);
    set_deadline(drain_deadline, [this] { close(); });
    return drain();
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
