#pragma once

#include "actors/base/held_folder.hpp"
#include "actors/sensor_log/sensor_file.hpp"
#include "actors/sensor_log/sensor_folders.hpp"
#include "actors/shared/sensor_board.hpp"
#include "messages/disk/csv_table.hpp"
#include "messages/disk/segment_schedule.hpp"
#include "messages/mqtt_message.hpp"
#include "messages/session_info.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace camnode {

/// The files of one session: one per topic and segment. Puts each reading into
/// its topic's, and what became of it into the books. A file that fails loses
/// its reading, counted with the reason, and is opened anew.
///
/// Blocks on the disk. What has much to do does it in turns, and stops where
/// `time_is_up` says so.
class sensor_files {
public:
  /// Open files at a time stay well below a process's usual 1024 descriptors.
  static constexpr size_t max_topics = 512;

  using time_check = std::function<bool()>;

  /// @param dir `data.dir`.
  /// @param folder What `dir` is in; null: it stays.
  /// @param tell_error Hears, in a line, what the disk refuses.
  sensor_files(std::filesystem::path dir, held_folder_ptr folder,
               sensor_board_ptr board,
               std::function<void(const std::string&)> tell_error);

  /// @pre All files are closed.
  void begin(const session_info& x);

  /// Takes a reading of the session.
  /// @returns Why it is in no file; empty: it is.
  std::string take(const mqtt_message& x);

  /// Counts readings of the session that came to nothing.
  void reject(const std::string& topic, const std::string& reason,
              uint64_t n = 1);

  /// Makes readings durable, of topic after topic.
  /// @returns Whether that was all; false where time was up.
  bool sync(const time_check& time_is_up);

  /// Closes the files that ended before `session_ns`.
  /// @returns Whether that was all; false where time was up.
  bool close_over(int64_t session_ns, const time_check& time_is_up);

  /// Closes all files; they end at `end_ms` at the latest.
  /// @returns Whether that was all; false where time was up.
  bool close_all(int64_t end_ms, const time_check& time_is_up);

  size_t topics() const {
    return topics_.size();
  }

  /// How many are written, of all topics.
  uint64_t readings() const {
    return readings_;
  }

private:
  struct topic_log {
    csv_table table;
    sensor_file file;
    segment_span span;   ///< Of `file`.
    int64_t last_ms = 0; ///< Of the last reading in it.
    std::string told;    ///< The error since a reading was durable; said once.
  };

  /// @returns The name that a topic has in the books: its own, unless there are
  ///          too many.
  std::string admit(const std::string& topic);

  /// Takes a reading, but not into the books.
  /// @returns As `take`.
  std::string put(const mqtt_message& x);

  /// @returns Why the reading is not written.
  caf::error write(const mqtt_message& x);
  caf::error open_file(const std::string& topic, topic_log& log,
                       const segment_span& span, int64_t time_ms);
  void close_file(const std::string& topic, topic_log& log, int64_t end_ms);
  caf::error try_close(const std::string& topic, topic_log& log,
                       int64_t end_ms);

  /// Makes the names of files durable.
  /// @returns Whether that was all; false where time was up.
  bool sync_folders(const time_check& time_is_up);
  void fail(const std::string& topic, const caf::error& err);

  /// Notes an error. Tells it, unless it was the last one of the topic, and no
  /// reading of it is durable since.
  void note(const std::string& topic, const caf::error& err);

  /// What the topic's file has is durable: its error is over, and the disk's
  /// with the last topic's.
  void settle(topic_log& log);

  /// Takes back, in the books, what the disk did not promise.
  void take_back(const std::string& topic);

  const std::filesystem::path dir_;
  const held_folder_ptr folder_;
  const sensor_board_ptr board_;
  const std::function<void(const std::string&)> tell_error_;
  session_info session_;
  sensor_folders folders_;
  std::map<std::string, topic_log> topics_;
  std::string synced_; ///< The last topic that was synced.
  uint64_t readings_ = 0;
};

} // namespace camnode
