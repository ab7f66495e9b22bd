#pragma once

#include "messages/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace camnode {

// The most entries that the books of a session have of each kind.
constexpr size_t max_losses = 1000;        ///< Of one camera.
constexpr size_t max_absences = 100;       ///< Of more, the last are joined.
constexpr size_t max_clock_records = 1024; ///< Of one camera.
constexpr size_t max_outages = 1000;
constexpr size_t max_why_bytes = 200; ///< Of the text of an absence.

/// What the markers of a session are called where readings are told apart by
/// their topics: they are the readings of one more sensor, whose files are in a
/// folder of their own.
constexpr const char* marker_topic = "(markers)";

/// Why a reading is rejected that the broker had stored before the session: no
/// loss, as nobody knows when it was measured.
constexpr const char* stored_reading = "stored by the broker, not new";

/// Adds, up to the largest number there is.
inline void add_bounded(uint64_t& sum, uint64_t n) {
  sum = n > std::numeric_limits<uint64_t>::max() - sum
          ? std::numeric_limits<uint64_t>::max()
          : sum + n;
}

/// One piece of a camera in a session.
struct recorded_piece {
  std::string file;   ///< Without folder and extension; of `.part` while open.
  uint64_t index = 0; ///< Which segment of the session.
  int64_t start_ms = 0;
  int64_t end_ms = 0; ///< 0 while it is open.
  uint64_t frames = 0;
  uint64_t bytes = 0; ///< Of JPEGs.
  uint64_t epoch = 0; ///< Of the first frame.
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
  uint64_t last_epoch = 0; ///< Of the last frame; not in manifests.
};

/// A frame's number within the run of a server.
struct frame_number {
  uint64_t epoch = 0;
  uint64_t sequence = 0;
};

/// Where a server's run ended, or its numbers jumped further than any camera
/// counts: what it captured after `last` is unknown.
struct recorded_break {
  frame_number last;
  int64_t before_ns = 0; ///< Session clock, of the next frame.

  /// The first number after it of which something is known again; 0: where
  /// the next frame is of another run, that run's first one.
  frame_number until = {};

  /// The numbers that nobody knows anything of, besides those after `last`
  /// of a run that ended; none if `last < first`.
  uint64_t first_unknown() const {
    return until.epoch == last.epoch ? last.sequence + 1 : 1;
  }
  uint64_t last_unknown() const {
    return until.sequence == 0 ? 0 : until.sequence - 1;
  }
};

/// Frames that are not on disk, and why.
struct recorded_loss {
  uint64_t epoch = 0;
  uint64_t first = 0; ///< Sequence numbers, both included.
  uint64_t last = 0;
  loss_place place = loss_place::none;
  int64_t before_ns = 0; ///< Session clock, of the first frame after them.

  /// How many of these numbers are lost; 0: all. Others where losses were
  /// joined for lack of room.
  uint64_t some = 0;

  uint64_t frames() const {
    return some != 0 ? some : last - first + 1;
  }

  /// Whether each number from `first` to `last` is lost.
  bool exact() const {
    return some == 0;
  }
};

/// A time of a session in which no frame of a camera was recorded though
/// something is missing. How many frames that are is unknown where no number
/// tells.
struct absence {
  int64_t from_ns = 0; ///< Session clock.
  int64_t to_ns = 0;   ///< Session clock; 0 while it lasts.
  std::string why;

  /// How many absences this is: more than one where they were joined for lack
  /// of room. Then there are recorded frames between them.
  uint64_t times = 1;
  int64_t absent_ns = 0; ///< The sum of their lengths.
};

/// What was known of a server's clock at one instant.
struct clock_record {
  int64_t client_ns = 0; ///< `client_clock_ns`.
  uint64_t epoch = 0;    ///< Which run of the server; 0 if unknown.
  int64_t offset_ns = 0; ///< Add to the server's time for the client's.
  int64_t error_ns = 0;
  int64_t drift_ppb = 0;
};

/// What became of the readings of one topic in a session.
struct topic_figures {
  uint64_t received = 0;
  uint64_t written = 0;
  uint64_t durable = 0;
  std::map<std::string, uint64_t> rejected; ///< By reason.
  std::vector<std::string> files;           ///< Finished ones, without folder.
  uint64_t last_index = 0; ///< Of the last segment that has a file.
  bool has_file = false;   ///< Whether there is such a segment.
};

/// A time without a connection to the broker, or one in which the broker did
/// not grant a subscription: what was published in it, nobody knows. On the
/// client's clock.
struct broker_outage {
  int64_t from_ns = 0;
  int64_t to_ns = 0;       ///< 0 while it lasts.
  std::string filter = {}; ///< Of the topics that it is of; empty: all.
  std::string why = {};    ///< Of a subscription.
};

/// What became of the readings of a session, by topic; of its markers, too
/// (`marker_topic`).
using sensor_books = std::map<std::string, topic_figures>;

} // namespace camnode
