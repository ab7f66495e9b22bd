#include "actors/sensor_log/sensor_log.hpp"

#include "actors/sensor_log/sensor_payload.hpp"
#include "actors/sensor_log/topic_path.hpp"
#include "actors/shared/log.hpp"
#include "actors/shared/mqtt_link.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <utility>

namespace camnode {

using namespace std::chrono_literals;

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(250);

/// How long files stay open behind a cut for readings from before it, that a
/// thread of the library may still hold.
constexpr int64_t cut_patience_ns = 300'000'000;

/// A session has begun a moment before we hear of it. Bounds what is kept for
/// that moment; of more, the oldest readings are not looked at again.
constexpr int64_t recent_ns = 1'000'000'000;
constexpr size_t max_recent = 1000;
constexpr size_t max_recent_bytes = 4 << 20;

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
    make_client_(std::move(make_client)),
    board_(std::move(board)) {
}

sensor_log::behavior_type sensor_log::make_behavior() {
  show_state("idle");
  client_ = make_client_(options_.client_name + "-sensors", std::nullopt,
                         events());
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](link_up_atom) {
      client_->subscribe(options_.topics);
      if (client_->up()) // Else it went again, and this comes late.
        board_->link_up(options_.clock());
    },
    [this](link_down_atom, const std::string& reason) {
      show_error(reason);
      log_warning(who(), reason, "; no readings until the broker is back");
    },
    [this](wake_atom) {
      if (!session_.exists())
        return; // The news of one that has begun may be behind this.
      turn_ns_ = options_.clock();
      drain(); // What is left is taken with the next beat.
    },
    [this](const session_info& x) { begin(x); },
    [this](beat_atom) {
      turn_ns_ = options_.clock();
      auto more = beat();
      delayed_send(this, more ? 0ms : beat_interval, beat_atom_v);
    },
  };
}

mqtt_events sensor_log::events() {
  auto result = messages_to(this, options_.queue);
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
  result.on_message = [pass = result.on_message, heard_ns](mqtt_message x) {
    *heard_ns = x.arrival_ns;
    pass(std::move(x));
  };
  return result;
}

bool sensor_log::time_is_up() const {
  return options_.clock() - turn_ns_ > turn_ns;
}

int64_t sensor_log::end_of_turn_ns() const {
  auto stop_ms = session_.exists() ? stop_of_session_ms() : 0;
  return stop_ms == 0 ? std::numeric_limits<int64_t>::max()
                      : session_.client_ns(stop_ms);
}

int64_t sensor_log::stop_of_session_ms() const {
  return session_.stop_ms != 0 ? session_.stop_ms
                               : options_.stop->of(session_.start_ms);
}

bool sensor_log::drain() {
  auto now = options_.clock();
  auto all = false;
  while (!time_is_up()) {
    auto x = options_.queue->pop(end_of_turn_ns());
    all = all || !x || x->arrival_ns > now; // Else a flood would never end.
    if (!x)
      break;
    take(*x);
  }
  if (auto n = options_.queue->take_dropped())
    note_dropped(n);
  return all;
}

void sensor_log::begin(const session_info& x) {
  if (!x.exists() || board_->finished(x.start_ms))
    return;
  if (session_.exists() && session_.start_ms != x.start_ms) {
    // Nobody told of its end. What is late by now is not its own any more.
    for (int i = 0; i < 10; ++i) {
      turn_ns_ = options_.clock();
      if (drain())
        break;
    }
    while (!close_all(end_of_session_ms()))
      turn_ns_ = options_.clock();
    finish();
  }
  session_ = x;
  board_->begin(x.start_ms);
  recent_bytes_ = 0;
  for (auto& reading : std::exchange(recent_, {}))
    take(reading);
  turn_ns_ = options_.clock();
  drain();
}

void sensor_log::forget_oldest() {
  board_->reject_outside(recent_.front().topic);
  recent_bytes_ -= recent_.front().payload.size();
  recent_.pop_front();
}

void sensor_log::forget_before(int64_t arrival_ns) {
  while (!recent_.empty() && recent_.front().arrival_ns < arrival_ns)
    forget_oldest();
}

void sensor_log::remember(const mqtt_message& x) {
  recent_.push_back(x);
  recent_bytes_ += x.payload.size();
  while (recent_.size() > max_recent || recent_bytes_ > max_recent_bytes)
    forget_oldest();
  forget_before(x.arrival_ns - recent_ns);
}

void sensor_log::take(const mqtt_message& x) {
  if (!session_.exists())
    return remember(x);
  auto session_ns = session_.session_ns(x.arrival_ns);
  auto time_ms = whole_ms(session_ns);
  auto stop_ms = stop_of_session_ms();
  if (stop_ms != 0 && time_ms >= stop_ms)
    return remember(x); // The next session may have begun.
  if (time_ms < session_.start_ms)
    return board_->reject_outside(x.topic);
  if (topics_.count(x.topic) == 0 && topics_.size() >= max_topics)
    return reject(further_topics,
                  "more than " + std::to_string(max_topics) + " topics");
  topics_.try_emplace(x.topic); // Counts as one, whatever comes of it.
  if (x.retained)               // Nobody knows when it was measured.
    return reject(x.topic, stored_reading);
  if (x.oversized)
    return reject(x.topic, "larger than 256 KiB");
  auto err = write(x, session_ns);
  if (!err) {
    ++readings_;
    board_->wrote(x.topic);
  } else if (err == ec::bad_message) {
    reject(x.topic, describe(err));
  } else {
    reject(x.topic, "disk");
    fail(x.topic, err);
  }
}

void sensor_log::note_dropped(uint64_t n) {
  log_warning(who(), "dropped ", n, " readings: too many at once");
  const std::string topic = "(dropped readings)";
  const std::string reason = "too many at once";
  if (session_.exists())
    board_->reject(topic, reason, n);
  else
    board_->reject_outside(topic, reason, n);
}

caf::error sensor_log::write(const mqtt_message& x, int64_t session_ns) {
  auto values = parse_sensor_payload(x.payload);
  if (!values)
    return std::move(values.error());
  auto time_ms = whole_ms(session_ns);
  segment_schedule schedule{session_.start_ms, session_.segment_ms};
  auto span = schedule.at(time_ms);
  if (!span)
    return caf::make_error(ec::bad_message,
                           std::string{"outside of the session"});
  auto& log = topics_[x.topic];
  if (log.file.is_open() && log.span.index != span->index)
    close_file(x.topic, log, log.span.end_ms);
  if (!log.file.is_open())
    if (auto err = open_file(x.topic, log, *span, time_ms))
      return err;
  if (auto err = log.file.append(time_ms, *values))
    return err;
  log.last_ms = time_ms;
  return caf::none;
}

caf::error sensor_log::open_file(const std::string& topic, topic_log& log,
                                 const segment_span& span, int64_t time_ms) {
  auto folder = topic_path(topic);
  if (!folder)
    return std::move(folder.error());
  // Like a camera's: a further piece of a cut is named by what it covers.
  auto start_ms = span.begin_ms;
  board_->update(topic, [&](topic_figures& f) {
    if (f.has_file && f.last_index == span.index)
      start_ms = time_ms;
  });
  auto dir = options_.dir / *folder;
  if (options_.folder)
    if (auto err = options_.folder->enter(dir))
      return err;
  if (auto err = log.file.open(dir, start_ms, log.table))
    return err;
  log.span = span;
  log.last_ms = start_ms;
  board_->update(topic, [&](topic_figures& f) {
    f.has_file = true;
    f.last_index = span.index;
  });
  return caf::none;
}

void sensor_log::close_file(const std::string& topic, topic_log& log,
                            int64_t end_ms) {
  if (!log.file.is_open())
    return;
  if (auto err = try_close(topic, log, end_ms))
    fail(topic, err);
}

caf::error sensor_log::try_close(const std::string& topic, topic_log& log,
                                 int64_t end_ms) {
  if (!log.file.is_open())
    return caf::none; // Its name is in the books already.
  auto stem = segment_stem(log.file.start_ms(), end_ms);
  if (auto err = log.file.close(end_ms))
    return err;
  board_->update(topic, [&](topic_figures& f) {
    f.durable = f.written;
    if (log.file.has_readings())
      f.files.push_back(stem);
  });
  return caf::none;
}

bool sensor_log::close_over(int64_t session_ns) {
  for (auto& [topic, log] : topics_) {
    if (!log.file.is_open()
        || session_ns <= log.span.end_ms * 1'000'000 + cut_patience_ns)
      continue;
    if (time_is_up())
      return false;
    close_file(topic, log, log.span.end_ms);
  }
  return true;
}

bool sensor_log::close_all(int64_t end_ms) {
  for (auto& [topic, log] : topics_) {
    if (!log.file.is_open())
      continue;
    if (time_is_up())
      return false;
    close_file(topic, log, std::min(end_ms, log.span.end_ms));
  }
  return true;
}

bool sensor_log::beat() {
  // Before the queue is looked at: what comes behind that is from later.
  auto now = session_.session_ns(options_.clock());
  auto drained = drain();
  forget_before(options_.clock() - recent_ns);
  if (!session_.exists())
    return !drained;
  turn_ns_ = options_.clock();
  auto synced = sync();
  if (!drained || !synced)
    return true;
  if (session_.stop_ms != 0
      && now > session_.stop_ms * 1'000'000 + cut_patience_ns) {
    if (!close_all(session_.stop_ms))
      return true;
    finish();
    return false;
  }
  auto done = close_over(now);
  show_state("logging " + std::to_string(topics_.size()) + " topics, "
             + std::to_string(readings_) + " readings");
  return !done;
}

bool sensor_log::sync() {
  // Goes on behind where time was up, so that each has its turn.
  auto i = topics_.upper_bound(synced_);
  for (size_t n = 0; n < topics_.size(); ++n, ++i) {
    if (i == topics_.end())
      i = topics_.begin();
    if (time_is_up())
      return false;
    auto& [topic, log] = *i;
    synced_ = topic;
    if (auto err = log.file.sync())
      fail(topic, err);
    else
      board_->update(topic, [](topic_figures& f) { f.durable = f.written; });
  }
  return true;
}

int64_t sensor_log::end_of_session_ms() const {
  auto stop_ms = stop_of_session_ms();
  return stop_ms != 0 ? stop_ms
                      : whole_ms(session_.session_ns(options_.clock()));
}

void sensor_log::finish() {
  topics_.clear();
  session_ = {};
  readings_ = 0;
  board_->finish();
  show_state("idle");
}

void sensor_log::reject(const std::string& topic, const std::string& reason) {
  board_->reject(topic, reason);
  log_debug(who(), "rejected a reading on ", quote(topic), ": ", reason);
}

void sensor_log::fail(const std::string& topic, const caf::error& err) {
  board_->failed(describe(err));
  show_error(describe(err));
  log_error(who(), quote(topic), ": ", describe(err));
  if (err == ec::sync_failed)
    take_back(topic);
  // What the file has is kept, if the disk lets us; the next reading opens
  // another piece.
  auto& log = topics_[topic];
  if (auto again = try_close(topic, log, log.last_ms + 1)) {
    log_error(who(), quote(topic), ": left open: ", describe(again));
    board_->leave_open();
    if (again == ec::sync_failed)
      take_back(topic);
  }
  log.file = sensor_file{};
}

void sensor_log::take_back(const std::string& topic) {
  board_->update(topic, [](topic_figures& f) {
    auto lost = f.written - f.durable;
    f.written = f.durable;
    if (lost > 0)
      f.rejected["disk"] += lost;
  });
}

void sensor_log::on_exit() {
  client_.reset();
  board_->link_down(options_.clock(), {});
  while (!recent_.empty())
    forget_oldest();
  if (!session_.exists())
    return;
  auto end_ms = end_of_session_ms();
  for (auto& [topic, log] : topics_)
    close_file(topic, log, std::min(end_ms, log.span.end_ms));
}

} // namespace camnode
