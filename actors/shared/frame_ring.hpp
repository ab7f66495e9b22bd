#pragma once

#include "actors/shared/ring_budget.hpp"
#include "messages/frame.hpp"

#include <caf/timespan.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace camnode {

/// The replay ring: the last frames of one camera, bounded by bytes and age,
/// shared by any number of readers. A reader is a cursor: a number. It costs
/// the ring nothing, and cannot hold frames back; what the ring had to let go
/// of before a reader came is told to that reader as a count.
///
/// Rings may share a bound in bytes (`ring_budget`).
/// One thread pushes at a time; any thread reads. Every call takes one mutex
/// for a few instructions; none allocates once the ring has found its size.
class frame_ring {
public:
  /// Positions count all frames ever pushed, from 0.
  using position = uint64_t;

  struct limits {
    size_t bytes;      ///< Sum of the memory of the JPEGs.
    caf::timespan age; ///< Distance of the newest frame's time to the oldest's.
  };

  /// A run of the server, of which frames went unread.
  struct unread_run {
    uint64_t epoch = 0;
    uint64_t last = 0; ///< The newest of them.
  };

  /// What a cursor finds.
  struct reading {
    frame_ptr frame;      ///< Null if the reader has seen everything.
    uint64_t skipped = 0; ///< Frames between the last one and this.

    /// Whose those were, at most `max_runs`, the newest ones; of `next` only.
    std::vector<unread_run> unread;
  };

  static constexpr size_t max_runs = 256;

  /// A frame that the ring let go of.
  struct gone_frame {
    uint64_t epoch = 0;
    uint64_t sequence = 0;
    int64_t client_ns = 0; ///< When it was captured, `client_clock_ns`.
    position where = 0;
  };

  /// How many of these it remembers: two minutes of 30 frames a second.
  static constexpr size_t max_remembered = 4096;

  struct figures {
    uint64_t pushed = 0;
    size_t frames = 0;
    size_t bytes = 0;
    int64_t oldest_ns = 0; ///< Age-time of the oldest frame, 0 if empty.
    int64_t newest_ns = 0;
    uint64_t last_epoch = 0;
    uint64_t last_sequence = 0; ///< Of the newest frame ever pushed.

    /// Let go of for the sake of other rings, while somebody was not done with
    /// them.
    uint64_t given_up = 0;
  };

  /// The most frames that a ring holds, whatever their size: what a frame
  /// takes beside its JPEG stays below a quarter of the bound in bytes.
  static constexpr size_t max_frames(const limits& x) {
    return x.bytes / 1024 > 4096 ? x.bytes / 1024 : 4096;
  }

  /// @param shared What it shares with other rings; null: it is on its own.
  explicit frame_ring(limits bounds,
                      std::shared_ptr<ring_budget> shared = nullptr);

  frame_ring(const frame_ring&) = delete;

  ~frame_ring();

  const limits& bounds() const {
    return bounds_;
  }

  /// Appends a frame, lets go of what is over the limits (never of `x`
  /// itself), then calls every listener on this thread.
  /// @param time_ns When it came, on any steady clock, for the age limit.
  void push(frame_ptr x, int64_t time_ns);

  /// The frame at `cursor`, or the oldest one left after it; moves the cursor
  /// after that frame.
  reading next(position& cursor) const;

  /// The newest frame that the cursor has not seen; moves after it.
  reading next_live(position& cursor) const;

  /// The newest frame, or null.
  frame_ptr newest() const;

  /// Cursor at the oldest frame held.
  position oldest_position() const;

  /// Cursor after the newest frame: reads only what comes.
  position end_position() const;

  /// Cursor right after frame `sequence` of `epoch`: at the first frame that
  /// follows it; at the oldest one held if the ring does not know that run or
  /// its frames have gone; at the end if nothing follows.
  position position_after(uint64_t epoch, uint64_t sequence) const;

  /// The first frame gone, of those it remembers, that was captured at
  /// `client_ns` or later.
  std::optional<gone_frame> first_gone_since(int64_t client_ns) const;

  /// Keeps what is at `p` and after it beyond its age, as somebody is not done
  /// with it: up to `held_ages` times as long. The bound in bytes stays as it
  /// is. The last call counts; `nothing_held` ends it.
  void hold_from(position p);

  static constexpr position nothing_held = std::numeric_limits<position>::max();
  static constexpr int held_ages = 6;

  /// Whether there is something at `cursor` or after it.
  bool has_unread(position cursor) const;

  /// Charges the ring, instead of what it was charged by this before, with the
  /// memory of a frame that is being received. 0: none is.
  /// @returns false if there is no room for it: all rings together are at
  ///          their bound, and this frame is larger than the ring's share.
  bool make_way_for(size_t bytes);

  figures stats() const;

  // -- for `ring_budget` ------------------------------------------------------

  /// What the ring's frames and the one to come take of the shared memory.
  size_t charge() const {
    return charged_.load(std::memory_order_relaxed)
           + expected_.load(std::memory_order_relaxed);
  }

  bool has_frames() const {
    return charged_.load(std::memory_order_relaxed) > 0;
  }

  /// Lets go of the oldest frame, be it the only one.
  void let_go_for_others();

  // -- for those who wait -----------------------------------------------------

  /// Has `f` called after each push, on the pushing thread. `f` must return at
  /// once and not call the ring's listener functions.
  /// @returns A token for `unlisten`.
  uint64_t listen(std::function<void()> f);

  /// When it returns, the listener is not running and never runs again.
  void unlisten(uint64_t token);

private:
  struct entry {
    frame_ptr frame;
    int64_t time_ns = 0;
  };

  entry& at(position p) {
    return slots_[p & (slots_.size() - 1)];
  }

  const entry& at(position p) const {
    return slots_[p & (slots_.size() - 1)];
  }

  void grow();
  bool oldest_is_too_old(int64_t now_ns) const;
  void note_gone(const frame& x);
  void drop_oldest();

  /// What a frame takes of the shared memory.
  static size_t charge_of(const frame& x) {
    constexpr size_t beside_jpeg = 256; // The frame, its place, the heap's own.
    return x.jpeg.footprint() + beside_jpeg;
  }

  const limits bounds_;
  const std::shared_ptr<ring_budget> shared_;
  std::atomic<size_t> charged_{0};
  std::atomic<size_t> expected_{0};
  mutable std::mutex mutex_;
  std::vector<entry> slots_; ///< Size is a power of two.

  /// The runs that frames of were let go of, and where the newest of these
  /// was, in that order.
  std::vector<std::pair<unread_run, position>> gone_;

  std::vector<gone_frame> remembered_; ///< That at `p` is `p % max_remembered`.
  position begin_ = 0;
  position end_ = 0;
  position held_from_ = nothing_held;
  size_t bytes_ = 0;
  uint64_t last_epoch_ = 0;
  uint64_t last_sequence_ = 0;
  uint64_t given_up_ = 0;

  std::mutex listeners_mutex_;
  uint64_t next_token_ = 1;
  std::list<std::pair<uint64_t, std::function<void()>>> listeners_;
};

} // namespace camnode
