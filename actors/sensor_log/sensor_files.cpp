#include "actors/sensor_log/sensor_files.hpp"

#include "actors/sensor_log/marker.hpp"
#include "actors/sensor_log/sensor_payload.hpp"
#include "messages/clock.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace camnode {

namespace {

/// How long files stay open after a cut for readings from before it, that a
/// thread of the library may still hold.
constexpr int64_t cut_patience_ns = 300'000'000;

bool never() {
  return false;
}

} // namespace

sensor_files::sensor_files(std::filesystem::path dir, held_folder_ptr folder,
                           sensor_board_ptr board,
                           std::function<void(const std::string&)> tell_error)
  : dir_(std::move(dir)),
    folder_(std::move(folder)),
    board_(std::move(board)),
    tell_error_(std::move(tell_error)) {
}

void sensor_files::begin(const session_info& x) {
  session_ = x;
  topics_.clear();
  readings_ = 0;
}

std::string sensor_files::take(const mqtt_message& x) {
  auto why = put(x);
  if (why.empty()) {
    ++readings_;
    board_->wrote(x.topic);
  } else {
    reject(is_utf8(x.topic) ? x.topic : to_utf8(x.topic), why);
  }
  return why;
}

std::string sensor_files::put(const mqtt_message& x) {
  if (!is_utf8(x.topic)) // MQTT forbids it, and a manifest could not name it.
    return "the topic is not UTF-8";
  if (admit(x.topic) != x.topic || x.retained)
    return stored_reading;
  if (x.oversized)
    return "larger than 256 KiB";
  auto err = write(x);
  if (!err)
    return {};
  if (err == ec::bad_message)
    return describe(err);
  fail(x.topic, err);
  return "disk";
}

std::string sensor_files::admit(const std::string& topic) {
  // A topic counts as one, whatever comes of it. Markers always have a place.
  auto is_marker = topic == marker_topic;
  if (topics_.count(topic) == 0 && topics_.size() >= max_topics && !is_marker)
    return further_topics;
  auto [i, added] = topics_.try_emplace(topic);
  if (added && is_marker)
    i->second.table = marker_table();
  return topic;
}

void sensor_files::reject(const std::string& topic, const std::string& reason,
                          uint64_t n) {
  if (topic == further_topics || admit(topic) != topic)
    board_->reject(further_topics,
                   "more than " + std::to_string(max_topics) + " topics", n);
  else
    board_->reject(topic, reason, n);
}

caf::error sensor_files::write(const mqtt_message& x) {
  auto is_marker = x.topic == marker_topic;
  auto values = is_marker ? parse_marker(x.payload, x.source)
                          : parse_sensor_payload(x.payload);
  if (!values)
    return std::move(values.error());
  auto time_ns = session_.session_ns(x.arrival_ns);
  auto time_ms = whole_ms(time_ns);
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
  auto time = is_marker ? time_ns : time_ms;
  auto err = log.file.append(time, *values);
  if (err == ec::bad_message) // The file has no room for its columns.
    err = log.file.append(time, is_marker
                                  ? undivided_marker(x.payload, x.source)
                                  : undivided_payload(x.payload));
  if (!err)
    log.last_ms = time_ms;
  return err;
}

caf::error sensor_files::open_file(const std::string& topic, topic_log& log,
                                   const segment_span& span, int64_t time_ms) {
  auto folder = readings_folder(topic);
  if (!folder)
    return std::move(folder.error());
  // Like a camera's: a further piece of a segment is named by what it covers.
  auto start_ms = span.begin_ms;
  board_->update(topic, [&](topic_figures& f) {
    if (f.has_file && f.last_index == span.index)
      start_ms = time_ms;
  });
  auto dir = dir_ / *folder;
  if (folder_)
    if (auto err = folder_->enter(dir)) {
      note(topic, err);
      return err;
    }
  if (auto err = folders_.create(dir))
    return err;
  if (auto err = log.file.open(dir, start_ms, log.table))
    return err;
  folders_.changed(dir);
  log.span = span;
  log.last_ms = start_ms;
  board_->update(topic, [&](topic_figures& f) {
    f.has_file = true;
    f.last_index = span.index;
  });
  return caf::none;
}

void sensor_files::close_file(const std::string& topic, topic_log& log,
                              int64_t end_ms) {
  sync_folders(never); // What it holds is promised, and so must be its name.
  if (!log.file.is_open())
    return;
  if (auto err = try_close(topic, log, end_ms))
    fail(topic, err);
  else
    settle(log);
}

caf::error sensor_files::try_close(const std::string& topic, topic_log& log,
                                   int64_t end_ms) {
  if (!log.file.is_open())
    return caf::none; // Its name is in the books already.
  auto stem = piece_stem(log.file.start_ms(), end_ms);
  if (auto err = log.file.close(end_ms))
    return err;
  board_->update(topic, [&](topic_figures& f) {
    f.durable = f.written;
    if (log.file.has_readings())
      f.files.push_back(stem);
  });
  return caf::none;
}

bool sensor_files::close_over(int64_t session_ns,
                              const time_check& time_is_up) {
  if (!sync_folders(time_is_up))
    return false;
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

bool sensor_files::close_all(int64_t end_ms, const time_check& time_is_up) {
  if (!sync_folders(time_is_up))
    return false;
  for (auto& [topic, log] : topics_) {
    if (!log.file.is_open())
      continue;
    if (time_is_up())
      return false;
    close_file(topic, log, std::min(end_ms, log.span.end_ms));
  }
  return true;
}

bool sensor_files::sync(const time_check& time_is_up) {
  if (!sync_folders(time_is_up))
    return false;
  // Goes on after where time was up, so that each has its turn.
  auto i = topics_.upper_bound(synced_);
  for (size_t n = 0; n < topics_.size(); ++n, ++i) {
    if (i == topics_.end())
      i = topics_.begin();
    if (time_is_up())
      return false;
    auto& [topic, log] = *i;
    synced_ = topic;
    if (auto err = log.file.sync()) {
      fail(topic, err);
      continue;
    }
    board_->update(topic, [](topic_figures& f) { f.durable = f.written; });
    if (log.file.is_open())
      settle(log);
  }
  return true;
}

bool sensor_files::sync_folders(const time_check& time_is_up) {
  while (!folders_.synced()) {
    if (time_is_up())
      return false;
    auto err = folders_.sync_one();
    if (!err)
      continue;
    // Which names it did not promise, nobody knows.
    for (auto& [topic, log] : topics_)
      if (log.file.is_new())
        fail(topic, err);
  }
  return true;
}

void sensor_files::note(const std::string& topic, const caf::error& err) {
  auto text = describe(err);
  board_->failed(text, client_clock_ns());
  if (std::exchange(topics_[topic].told, text) != text)
    tell_error_(quote(topic) + ": " + text);
}

void sensor_files::settle(topic_log& log) {
  if (std::exchange(log.told, {}).empty())
    return;
  auto none = std::none_of(topics_.begin(), topics_.end(),
                           [](auto& x) { return !x.second.told.empty(); });
  if (none)
    board_->recovered();
}

void sensor_files::fail(const std::string& topic, const caf::error& err) {
  note(topic, err);
  if (err == ec::sync_failed)
    take_back(topic);
  // What the file has is kept, if the disk lets us; the next reading opens
  // another piece.
  auto& log = topics_[topic];
  if (auto again = try_close(topic, log, log.last_ms + 1)) {
    tell_error_(quote(topic) + ": left open: " + describe(again));
    board_->leave_open();
    if (again == ec::sync_failed)
      take_back(topic);
  }
  log.file = sensor_file{};
}

void sensor_files::take_back(const std::string& topic) {
  board_->update(topic, [](topic_figures& f) {
    auto lost = f.written - f.durable;
    f.written = f.durable;
    if (lost > 0)
      f.rejected["disk"] += lost;
  });
}

} // namespace camnode
