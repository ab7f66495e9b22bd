#include "actors/viewer/clock_prober.hpp"

#include "messages/clock.hpp"
#include "messages/text.hpp"
#include "messages/wire/json_text.hpp"
#include "messages/wire/multipart.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr unsigned quick_probes = 8;
constexpr auto calm_interval = 1s;
constexpr auto brisk_interval = 200ms;

/// For an answer; a later one says nothing about the clock.
constexpr auto answer_deadline = 2s;

constexpr auto first_back_off = 200ms;
constexpr auto last_back_off = 5s;

constexpr size_t max_answer_bytes = 4096;

/// @param id What the server calls itself, if it does.
std::optional<clock_probe> parse_answer(const std::string& body,
                                        std::string& id) {
  auto json = parse_json(body);
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
  auto epoch = static_cast<uint64_t>(
    std::max<int64_t>(0, whole("epoch").value_or(0)));
  result.epoch = epoch <= max_exact_integer ? epoch : 0;
  auto name = json.find("id");
  if (name != json.end() && name->is_string()
      && is_node_id(name->get_ref<const std::string&>()))
    id = name->get<std::string>();
  return result;
}

} // namespace

clock_prober::clock_prober(asio::io_context& io, endpoint server,
                           server_door door, events told)
  : context_(io),
    timer_(io),
    server_(std::move(server)),
    door_(std::move(door)),
    told_(std::move(told)),
    back_off_(first_back_off) {
}

void clock_prober::start() {
  connect();
}

void clock_prober::stop() {
  stopped_ = true;
  told_ = {};
  timer_.cancel();
  if (stream_)
    stream_->close();
}

void clock_prober::set_deadline() {
  timer_.expires_after(answer_deadline);
  timer_.async_wait(
    [me = shared_from_this(), attempt = attempt_](error_code err) {
      if (!err && !me->stopped_ && attempt == me->attempt_)
        me->fail("no answer in time");
    });
}

void clock_prober::connect() {
  ++attempt_;
  quick_ = quick_probes;
  input_.clear();
  set_deadline();
  if (auto why = why_shut(door_); !why.empty())
    return fail(why, true);
  // Another one each time, as what was begun with the last may not be over.
  stream_ = std::make_shared<peer_stream>(context_);
  request_ = request_to(door_, "/clock");
  open(stream_, server_, door_,
       [me = shared_from_this(), attempt = attempt_](const std::string& trouble,
                                                     bool refused) {
         if (me->stopped_ || attempt != me->attempt_)
           return;
         if (!trouble.empty())
           return me->fail(trouble, refused);
         me->ask();
       });
}

void clock_prober::fail(const std::string& why, bool refused) {
  ++attempt_;
  answered_ns_ = 0;
  if (stream_)
    stream_->close();
  // A copy, as it may call `stop`.
  if (auto tell = told_.on_failure)
    tell(why, refused);
  if (stopped_)
    return;
  timer_.expires_after(back_off_);
  timer_.async_wait([me = shared_from_this()](error_code err) {
    if (!err && !me->stopped_)
      me->connect();
  });
  back_off_ = std::min<std::chrono::milliseconds>(back_off_ * 2, last_back_off);
}

void clock_prober::ask() {
  set_deadline();
  parser_.emplace();
  parser_->body_limit(max_answer_bytes);
  parser_->header_limit(max_answer_bytes);
  asked_ns_ = client_clock_ns();
  auto failed = [me = shared_from_this(), attempt = attempt_](error_code err) {
    if (me->stopped_ || attempt != me->attempt_)
      return true;
    if (err)
      me->fail(err.message());
    return !!err;
  };
  stream_->async_write(request_,
                       [failed](error_code err, size_t) { failed(err); });
  read_answer(stream_, input_, *parser_,
              [me = shared_from_this(), failed](error_code err) {
                if (!failed(err))
                  me->take_answer();
              });
}

void clock_prober::take_answer() {
  auto answered = client_clock_ns();
  if (parser_->get().result() == boost::beast::http::status::unauthorized)
    return fail(why_refused(door_), true);
  told_id_.clear();
  auto probe = parse_answer(parser_->get().body(), told_id_);
  if (!probe)
    return fail("answers /clock with what is no clock");
  answered_ns_ = answered;
  auto keeps = parser_->keep_alive();
  back_off_ = first_back_off;
  probe->asked_ns = asked_ns_;
  probe->answered_ns = answered;
  auto attempt = attempt_;
  auto tell = told_.on_probe; // A copy: it may end us.
  auto pace = tell(*probe);
  if (stopped_ || attempt != attempt_)
    return;
  if (!keeps)
    return fail("keeps no connection");
  // Again, but not without end if each answer contradicts the last one.
  if (quick_ > 0)
    --quick_;
  else if (pace == clock_offset::pace::hurried)
    quick_ = quick_probes;
  if (quick_ > 0)
    ask();
  else
    wait_for_next(pace == clock_offset::pace::brisk ? brisk_interval
                                                    : calm_interval);
}

void clock_prober::wait_for_next(std::chrono::milliseconds interval) {
  timer_.expires_after(interval);
  timer_.async_wait(
    [me = shared_from_this(), attempt = attempt_](error_code err) {
      if (!err && !me->stopped_ && attempt == me->attempt_)
        me->ask();
    });
}

} // namespace camnode
