#pragma once

#include "messages/disk/session_records.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// Their number, and how long they are together.
struct absence_sum {
  uint64_t times = 0;
  int64_t absent_ns = 0;
};

absence_sum sum_of(const std::vector<absence>& xs);

/// When a camera was away in one session. What tells: no frame at all; before
/// the first frame, that somebody said why none came; between two frames, that
/// frames are missing there; at the end, either. So a camera at rest is not
/// away, nor is one whose frames came later, out of its server's ring. A value;
/// not thread safe.
class absence_log {
public:
  /// Of more, the last ones are joined.
  static constexpr size_t max_absences = camnode::max_absences;

  /// What is shorter counts as frames, if at all.
  static constexpr int64_t shortest_ns = 1'000'000'000;

  static constexpr size_t max_why_bytes = camnode::max_why_bytes;

  absence_log() = default;

  /// @param start_ns Of the session, on its clock.
  explicit absence_log(int64_t start_ns) : last_ns_(start_ns) {
  }

  /// Goes on with what an earlier process told.
  /// @param told One that lasts ends with the next start of frames; without
  ///        one it is a reason, no more.
  /// @param starts When recorded frames began to come, in their order.
  /// @param last_ns Of the last frame; 0: there was none.
  void restore(const std::vector<absence>& told,
               const std::vector<int64_t>& starts, int64_t last_ns);

  /// Why no frame comes at present.
  void because(const std::string& why);

  /// Frames are missing right before the next one.
  /// @param why Counts where nobody says why no frame comes.
  void missing(const std::string& why = {});

  /// A frame was recorded.
  void frame(int64_t capture_ns);

  /// @param until_ns Now, or the end of the session.
  /// @param over Whether that is its end.
  /// @param whole It is the end, and frames from after it were seen.
  std::vector<absence> look(int64_t until_ns, bool over, bool whole) const;

private:
  std::string reason() const;

  static void add(std::vector<absence>& to, absence x);

  int64_t last_ns_ = 0;  ///< Of the last frame, or the start.
  bool seen_ = false;    ///< A frame was recorded.
  bool missing_ = false; ///< Something is, after `last_ns_`.
  std::string why_;
  std::string why_missing_;
  std::vector<absence> past_;
};

} // namespace camnode
