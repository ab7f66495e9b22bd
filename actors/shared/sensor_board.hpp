#pragma once

#include "actors/base/mqtt_queue.hpp"
#include "actors/base/trouble_note.hpp"
#include "actors/observed/subscriptions.hpp"
#include "actors/shared/book_shelf.hpp"
#include "messages/disk/session_records.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// Why a reading is in no file that came while nothing was recorded: no loss.
constexpr const char* no_session = "no session";

/// Where readings are counted whose topics are too many, or too long.
constexpr const char* further_topics = mqtt_queue::further_topics;

/// Why a reading is rejected that there was no room for in memory.
constexpr const char* too_many_at_once = "too many at once";

/// The books of the sensors, and of markers, of one session and of all time
/// since the client started. In both, received = written + rejected for each
/// topic, at any time: a reading is counted as received along with what became
/// of it. Outlives the SENSOR LOG. Any thread.
class sensor_board {
public:
  using topics = sensor_books;

  /// Opens the books of a session; keeps them if they are open already.
  void begin(int64_t session_ms);

  /// Keeps the books of session `session_ms` when those of another one are
  /// opened: its manifest does not have all of them yet.
  void keep(int64_t session_ms);

  /// They need not be kept any longer.
  void forget(int64_t session_ms);

  /// Goes on with the books that an earlier process left.
  void restore(int64_t session_ms, topics sensors,
               std::vector<broker_outage> outages = {});

  void finish();

  /// Whose books are open; 0 before the first session.
  int64_t session_ms() const;

  /// A file of the session could not be completed: the next start of the client
  /// does that.
  void leave_open();

  /// Whether nobody adds to the books of session `session_ms` any more.
  bool finished(int64_t session_ms) const;

  /// Whether the books are finished, and all files of the session complete.
  bool complete(int64_t session_ms) const;

  /// The disk refuses something.
  void failed(std::string error, int64_t now_ns);

  /// What the disk refused, it has taken since.
  void recovered();

  /// Readings come from now on.
  void link_up(int64_t now_ns);

  /// None come since `from_ns`. A connection that never was is no outage: then
  /// there may be no broker, and nothing to miss.
  void link_down(int64_t from_ns, std::string why);

  /// What came of the subscriptions to the sensors' topics.
  void subscribed(const std::vector<subscription_state>& all);

  /// The disk's error, or else the connection's, or a subscription's.
  std::string last_error() const;

  /// What the disk's error, or the connection's, was, and when.
  trouble_note::past last_trouble() const;

  /// Of the session `session_ms`.
  std::vector<broker_outage> outages(int64_t session_ms) const;

  static constexpr size_t max_outages = camnode::max_outages;

  /// Changes the figures of one topic by `f(topic_figures&)`.
  template <class F>
  void update(const std::string& topic, F f) {
    std::lock_guard<std::mutex> guard{mutex_};
    f(books_.sensors[topic]);
  }

  /// A reading of the session is in a file.
  void wrote(const std::string& topic);

  /// `n` readings of the session are in none.
  void reject(const std::string& topic, const std::string& reason,
              uint64_t n = 1);

  /// `n` readings came that belong to no session.
  void reject_outside(const std::string& topic,
                      const std::string& reason = no_session, uint64_t n = 1);

  /// How many of those there were, besides markers.
  uint64_t outside() const;

  /// A marker came to nothing; it is counted elsewhere.
  void refused_marker(std::string why, int64_t now_ns);

  /// What is told of markers besides their books.
  struct marker_news {
    uint64_t outside = 0;   ///< How many belong to no session.
    std::string last_error; ///< Why the last one came to nothing, for a while.
  };

  marker_news markers(int64_t now_ns) const;

  /// What became of all readings since the client started, in sessions and
  /// outside; without files.
  topics totals() const;

  /// What became of all readings of all these topics; without files.
  static topic_figures sum(const topics& x);

  static constexpr size_t max_reasons = 16;
  static constexpr size_t max_earlier_topics = 512;

  /// The books of session `session_ms`, none if those of another one are open;
  /// for 0, those of the last session.
  topics look(int64_t session_ms = 0) const;

private:
  /// The books of all sensors in one session.
  struct books {
    int64_t session_ms = 0;
    bool finished = true;
    bool left_open = false; ///< A file is not complete, and is not written to.
    topics sensors;
    std::vector<broker_outage> outages; ///< Those of one filter are in order.
  };

  /// Those of `session_ms`, open or kept; null: there are none.
  const books* books_of(int64_t session_ms) const;

  static void count(std::map<std::string, uint64_t>& rejected,
                    const std::string& reason, uint64_t n);

  static void add(topic_figures& sum, const topic_figures& x);

  topic_figures& earlier(const std::string& topic);

  /// The last outage in the books of those topics, null if it is over.
  broker_outage* lasting(const std::string& filter);

  void refused(const subscription_state& x);
  void granted(const subscription_state& x);

  mutable std::mutex mutex_;
  books books_;
  book_shelf<books> kept_;
  trouble_note disk_;
  trouble_note link_;
  bool up_ = false;                     ///< There is a connection.
  std::optional<int64_t> down_since_;   ///< Since when there is none any more.
  topics earlier_;                      ///< Of earlier sessions, and of none.
  uint64_t outside_ = 0;                ///< Of those, of none.
  uint64_t markers_outside_ = 0;        ///< The markers of none.
  trouble_note::past marker_refusal_;   ///< The last one.
  std::vector<broker_outage> refusals_; ///< Of subscriptions, as they are now.
};

using sensor_board_ptr = std::shared_ptr<sensor_board>;

} // namespace camnode
