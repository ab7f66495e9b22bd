#pragma once

#include "actors/base/histogram.hpp"
#include "actors/camera/outage_meter.hpp"
#include "messages/frame.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace camnode {

/// The books of a server's camera: how many frames there were, and what
/// became of those that are not in the ring. Outlives the CAMERA, so that
/// sequence numbers go on after a restart. Written by the source's thread and
/// the CAMERA, read by anyone.
class camera_board {
public:
  /// @param epoch Which run of the server this is.
  /// @param frame_ns Time between two frames as asked for; 0: unknown.
  /// @param generous_ns How long the camera may be silent before it has shown
  ///        how it delivers.
  explicit camera_board(uint64_t epoch, int64_t frame_ns = 0,
                        int64_t generous_ns = frame_rhythm::generous_ns)
    : epoch_(epoch), outage_(frame_ns, generous_ns) {
  }

  uint64_t epoch() const {
    return epoch_;
  }

  /// The source is started (again), which is its state from now on. Its first
  /// frame tells how many frames the camera would have taken since the last
  /// one, as losses of the source.
  void begin_life();

  /// Counts `n` frames that existed but were lost before the ring; the next
  /// frame tells of them.
  void lose(loss_place place, uint64_t n);

  /// The camera was silent for `ns`, and is started anew for that.
  void note_silence(int64_t ns);

  /// For how long the camera may be silent, by what it has shown.
  int64_t patience_ns() const;

  /// How often it delivers, in frames per 1000 s, measured; 0 if it is not
  /// known, or rests now and then.
  uint32_t rate_mhz() const;

  /// Counts one frame that goes to the ring.
  /// @param gap Receives what was lost right before it; the place is the one
  ///        that lost most of it.
  /// @returns Its sequence number.
  uint64_t take(int64_t capture_mono_ns, size_t bytes, frame_gap& gap);

  /// Frames captured so far, lost ones included: the last sequence number.
  uint64_t captured() const {
    return sequence_.load(std::memory_order_relaxed);
  }

  /// Frames that went to the ring.
  uint64_t delivered() const {
    return delivered_.load(std::memory_order_relaxed);
  }

  uint64_t lost(loss_place place) const;

  /// From the capture of a frame to its place in the ring.
  histogram& to_ring() {
    return to_ring_;
  }

  const histogram& to_ring() const {
    return to_ring_;
  }

  uint64_t bytes() const {
    return bytes_.load(std::memory_order_relaxed);
  }

  /// `capture_clock_ns` of the newest frame; 0 before the first.
  int64_t newest_ns() const {
    return newest_ns_.load(std::memory_order_relaxed);
  }

  /// The camera is well: its frames come.
  void set_well();

  /// Something is wrong with the camera, in words; until it is well again.
  void set_trouble(std::string what);

  /// What the camera is doing. While it is tried again, with what was wrong.
  std::string state() const;

  /// What is wrong with the camera; empty while nothing is.
  std::string trouble() const;

private:
  /// With `gap_mutex_` held.
  void note_loss(loss_place place, uint64_t n);

  static constexpr size_t places = static_cast<size_t>(loss_place::disk) + 1;

  const uint64_t epoch_;
  std::atomic<uint64_t> sequence_{0};
  std::atomic<uint64_t> delivered_{0};
  std::atomic<uint64_t> bytes_{0};
  std::atomic<int64_t> newest_ns_{0};
  std::array<std::atomic<uint64_t>, places> lost_{};
  histogram to_ring_;
  mutable std::mutex gap_mutex_;
  frame_gap pending_;
  std::array<uint64_t, places> pending_at_{}; ///< Of these, by place.
  outage_meter outage_;
  mutable std::mutex state_mutex_;
  std::string state_ = "starting";
  std::string trouble_;
};

using camera_board_ptr = std::shared_ptr<camera_board>;

} // namespace camnode
