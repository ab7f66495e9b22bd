#include "actors/viewer/clock_prober.hpp"

#include "actors/shared/log.hpp"
#include "messages/clock.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <nlohmann/json.hpp>

#include <utility>

namespace camnode {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

namespace {

constexpr unsigned quick_probes = 8;
constexpr auto probe_interval = 1s;

/// For an answer; a later one says nothing about the clock.
constexpr auto answer_deadline = 2s;

constexpr size_t max_answer_bytes = 4096;

std::optional<clock_probe> parse_answer(const std::string& body) {
  auto json = nlohmann::json::parse(body, nullptr, false);
  auto whole = [&](const char* key) -> std::optional<int64_t> {
    if (!json.is_object() || !json.contains(key)
        || !json[key].is_number_integer())
      return std::nullopt;
    return json[key].get<int64_t>();
  };
  auto received = whole("receive_mono_ns");
  auto sent = whole("send_mono_ns");
  if (!received || !sent)
    return std::nullopt;
  clock_probe result;
  result.received_ns = *received;
  result.sent_ns = *sent;
  return result;
}

} // namespace

clock_prober::clock_prober(asio::io_context& io, endpoint server,
                           std::function<void(const clock_probe&)> on_probe)
  : socket_(io),
    timer_(io),
    server_(std::move(server)),
    on_probe_(std::move(on_probe)),
    request_("GET /clock HTTP/1.1\r\nHost: camnode\r\n\r\n") {
}

void clock_prober::start() {
  timer_.expires_after(answer_deadline);
  timer_.async_wait([me = shared_from_this()](error_code err) {
    if (!err)
      me->stop();
  });
  socket_.async_connect(server_, [me = shared_from_this()](error_code err) {
    if (err || me->stopped_)
      return me->stop();
    error_code ignored;
    me->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    me->ask();
  });
}

void clock_prober::stop() {
  stopped_ = true;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void clock_prober::ask() {
  timer_.expires_after(answer_deadline);
  timer_.async_wait([me = shared_from_this()](error_code err) {
    if (!err)
      me->stop();
  });
  parser_.emplace();
  parser_->body_limit(max_answer_bytes);
  parser_->header_limit(max_answer_bytes);
  asked_ns_ = client_clock_ns();
  asio::async_write(socket_, asio::buffer(request_),
                    [me = shared_from_this()](error_code err, size_t) {
                      if (err)
                        me->stop();
                    });
  http::async_read(socket_, input_, *parser_,
                   [me = shared_from_this()](error_code err, size_t) {
                     if (err || me->stopped_)
                       return me->stop();
                     me->take_answer();
                   });
}

void clock_prober::take_answer() {
  auto answered = client_clock_ns();
  auto probe = parse_answer(parser_->get().body());
  if (!probe) {
    log_warning("viewer", server_.address().to_string(),
                " answers /clock with what is no clock");
    return stop();
  }
  answered_ns_ = answered;
  probe->asked_ns = asked_ns_;
  probe->answered_ns = answered;
  on_probe_(*probe);
  if (++probes_ < quick_probes)
    ask();
  else
    wait_for_next();
}

void clock_prober::wait_for_next() {
  timer_.expires_after(probe_interval);
  timer_.async_wait([me = shared_from_this()](error_code err) {
    if (!err && !me->stopped_)
      me->ask();
  });
}

} // namespace camnode
