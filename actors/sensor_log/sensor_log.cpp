#include "actors/sensor_log/sensor_log.hpp"

#include "actors/base/log.hpp"
#include "actors/observed/mqtt_link.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <utility>

namespace camnode {

using namespace std::chrono_literals;

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(250);

/// How long a session stays open after its end for readings from before it,
/// that a thread of the library may still hold.
constexpr int64_t end_patience_ns = 300'000'000;

/// A session has begun a moment before we hear of it.
constexpr int64_t news_patience_ns = 1'000'000'000;

/// How long a connection may be gone before the library says so: twice its
/// keep-alive.
constexpr int64_t silence_ns = 10'000'000'000;

/// How long a turn may take on a slow disk, besides its last call.
constexpr int64_t turn_ns = 500'000'000;

} // namespace

sensor_log::sensor_log(caf::actor_config& cfg, const actor_context& context,
                       sensor_log_options options, make_mqtt_client make_client,
                       sensor_board_ptr board)
  : observed(cfg, context),
    options_(std::move(options)),
    filters_(options_.topics, options_.topic_mark),
    make_client_(std::move(make_client)),
    board_(std::move(board)),
    files_(options_.dir, options_.folder, board_,
           [this](const std::string& text) {
             show_error(text);
             log_error(who(), text);
           }) {
}

sensor_log::behavior_type sensor_log::make_behavior() {
  show_state("idle");
  subscriptions_ = std::make_shared<subscriptions>(who(),
                                                   filters_.to_subscribe());
  client_ = make_client_(options_.client_name + "-sensors", std::nullopt,
                         events());
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](link_up_atom) {
      subscriptions_->link_up(options_.clock());
      subscribe();
      if (client_->up()) // Else it went again, and this comes late.
        board_->link_up(options_.clock());
    },
    [this](link_down_atom, const std::string& reason) {
      subscriptions_->link_down();
      show_error(reason);
      log_warning(who(), reason, "; no readings until the broker is back");
    },
    [this](wake_atom) {
      if (!session_.exists())
        return; // The news of one that has begun may be after this.
      turn_ns_ = options_.clock();
      drain(); // What is left is taken with the next beat.
    },
    [this](const session_info& x) { heard_of(x); },
    [this](beat_atom) {
      subscribe();
      delayed_send(this, beat() ? beat_interval : 0ms, beat_atom_v);
    },
  };
}

mqtt_events sensor_log::events() {
  auto result = messages_to(this, options_.queue, subscriptions_,
                            options_.clock);
  // A connection may be gone before that is noticed: since its last sign.
  auto heard_ns = std::make_shared<std::atomic<int64_t>>(0);
  result.on_up = [up = result.on_up, heard_ns, clock = options_.clock] {
    *heard_ns = clock();
    up();
  };
  result.on_down = [down = result.on_down, board = board_, heard_ns,
                    clock = options_.clock](std::string reason) {
    board->link_down(std::max(heard_ns->load(), clock() - silence_ns),
                     "no broker: " + reason);
    down(std::move(reason));
  };
  result.on_message = [pass = result.on_message, heard_ns, filters = filters_,
                       mark = options_.topic_mark](mqtt_message x) {
    *heard_ns = x.arrival_ns;
    if (!filters.want(x.topic))
      return;
    if (x.topic == mark || x.topic == marker_topic) {
      x.topic = marker_topic;
      x.source = "mqtt";
    }
    pass(std::move(x));
  };
  return result;
}

void sensor_log::subscribe() {
  auto trouble = subscriptions_->keep_up(*client_, alarms(), options_.clock());
  if (!trouble.empty())
    show_error(trouble);
  board_->subscribed(subscriptions_->look());
}

void sensor_log::heard_of(const session_info& x) {
  if (!x.exists() || board_->finished(x.start_ms))
    return;
  if (session_.start_ms == x.start_ms) {
    session_ = x;
  } else {
    auto known = std::find_if(next_.begin(), next_.end(), [&](auto& y) {
      return y.start_ms == x.start_ms;
    });
    if (known == next_.end())
      next_.push_back(x);
    else
      *known = x;
  }
  turn_ns_ = options_.clock();
  go_on();
}

bool sensor_log::go_on() {
  for (;;) {
    if (!session_.exists() && next_.empty())
      return true;
    if (!session_.exists()) {
      session_ = next_.front();
      next_.pop_front();
      board_->begin(session_.start_ms);
      files_.begin(session_);
    }
    auto now = options_.clock();
    if (!drain())
      return false;
    auto stop_ms = session_.stop_ms != 0 || !next_.empty()
                     ? stop_of_session_ms()
                     : 0;
    if (stop_ms == 0 || now <= session_.client_ns(stop_ms) + end_patience_ns)
      return true;
    if (!files_.close_all(stop_ms, [this] { return time_is_up(); }))
      return false;
    session_ = {};
    board_->finish();
    show_state("idle");
  }
}

bool sensor_log::beat() {
  turn_ns_ = options_.clock();
  if (!session_.exists() && next_.empty()) {
    forget_before(options_.clock() - news_patience_ns);
    return true;
  }
  // Before the queue is looked at: what comes after that is from later.
  auto now = session_.session_ns(options_.clock());
  auto all = go_on();
  if (!session_.exists())
    return all;
  turn_ns_ = options_.clock();
  auto check = [this] { return time_is_up(); };
  if (!files_.sync(check) || !all)
    return false;
  auto closed = files_.close_over(now, check);
  show_state("logging " + std::to_string(files_.topics()) + " topics, "
             + std::to_string(files_.readings()) + " readings");
  return closed;
}

bool sensor_log::time_is_up() const {
  return options_.clock() - turn_ns_ > turn_ns;
}

int64_t sensor_log::stop_of_session_ms() const {
  if (session_.stop_ms != 0)
    return session_.stop_ms;
  auto drawn = options_.stop->of(session_.start_ms);
  if (drawn != 0 || next_.empty())
    return drawn;
  // It was told no end.
  auto next_ns = next_.front().client_ns(next_.front().start_ms);
  return std::max(session_.start_ms, whole_ms(session_.session_ns(next_ns)));
}

int64_t sensor_log::end_of_session_ns() const {
  auto stop_ms = stop_of_session_ms();
  return stop_ms == 0 ? std::numeric_limits<int64_t>::max()
                      : session_.client_ns(stop_ms);
}

bool sensor_log::drain() {
  auto now = options_.clock();
  auto all = false;
  while (!time_is_up()) {
    auto x = options_.queue->pop(end_of_session_ns());
    all = all || !x || x->arrival_ns > now; // Else a flood would never end.
    if (!x)
      break;
    take(*x);
  }
  count_losses(end_of_session_ns());
  return all;
}

void sensor_log::take(const mqtt_message& x) {
  if (whole_ms(session_.session_ns(x.arrival_ns)) < session_.start_ms)
    return reject_outside(x);
  auto why = files_.take(x);
  if (x.topic == marker_topic && !why.empty())
    tell_refused(why);
}

void sensor_log::reject_outside(const mqtt_message& x) {
  board_->reject_outside(x.topic);
  if (x.topic == marker_topic)
    tell_refused("nothing is being recorded");
}

void sensor_log::tell_refused(const std::string& why) {
  auto now = options_.clock();
  board_->refused_marker(why, now);
  if (refusals_.admits(now))
    log_warning(who(), "refused a marker: ", why, refusals_.more());
}

void sensor_log::forget_before(int64_t arrival_ns) {
  while (auto x = options_.queue->pop(arrival_ns))
    reject_outside(*x);
  count_losses(arrival_ns);
}

void sensor_log::count_losses(int64_t before_ns) {
  uint64_t all = 0;
  for (auto& x : options_.queue->take_losses(before_ns)) {
    all += x.n;
    if (x.topic == marker_topic)
      tell_refused(too_many_at_once);
    if (!session_.exists() || x.from_ns < session_.client_ns(session_.start_ms))
      board_->reject_outside(x.topic, too_many_at_once, x.n);
    else
      files_.reject(x.topic, too_many_at_once, x.n);
  }
  if (all > 0)
    log_warning(who(), "dropped ", all, " readings: too many at once");
}

void sensor_log::on_exit() {
  client_.reset();
  if (subscriptions_)
    subscriptions_->end(alarms());
  board_->link_down(options_.clock(), {});
  if (!session_.exists())
    return;
  auto stop_ms = stop_of_session_ms();
  files_.close_all(stop_ms != 0
                     ? stop_ms
                     : whole_ms(session_.session_ns(options_.clock())),
                   [] { return false; });
}

} // namespace camnode
