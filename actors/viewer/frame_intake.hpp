#pragma once

#include "actors/base/token_bucket.hpp"
#include "actors/shared/frame_rhythm.hpp"
#include "actors/shared/frame_ring.hpp"
#include "actors/shared/viewer_board.hpp"
#include "actors/viewer/clock_offset.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/stream_decoder.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace camnode {

/// The most that is taken of one camera; 0: there is no bound.
struct rate_limits {
  uint64_t bytes_per_s = 0;
  uint32_t frames_per_s = 0;

  /// So many seconds' worth may come at once, as a server's ring does after a
  /// break of the network.
  static constexpr double reserve_s = 30;

  token_bucket bytes(double factor = 1) const {
    auto rate = factor * static_cast<double>(bytes_per_s);
    return {rate, reserve_s * rate};
  }

  token_bucket frames() const {
    return {double(frames_per_s), reserve_s * frames_per_s};
  }
};

/// Turns what comes from one server into frames in the client-side ring: gives
/// them their place on the client's clock, drops what came before, and notes
/// what is missing. What comes beyond the camera's rate is cut: counted as lost
/// at `client_rate` by the next frame that is taken. Outlives viewers and
/// connections, so that the next one goes on where the last one ended. Used by
/// one connection at a time; any thread.
class frame_intake {
public:
  /// @param last The last frame that an earlier process has, if there is one:
  ///        what comes goes on after it.
  frame_intake(std::shared_ptr<frame_ring> ring, viewer_board_ptr board,
               std::optional<stream_position> last = std::nullopt,
               rate_limits limits = {});

  const rate_limits& limits() const {
    return limits_;
  }

  /// Takes the next frame of a stream.
  /// @param receive_ns `client_clock_ns` when its last byte came.
  /// @returns Whether it is within the camera's rate.
  bool take(decoded_frame x, int64_t receive_ns);

  /// A frame is being received, which takes so much memory; 0: none is.
  /// @returns false if there is no room for it.
  bool make_way_for(size_t bytes) {
    return ring_->make_way_for(bytes);
  }

  /// Counts `n` bodies that were no JPEG. Where frames have no numbers, each
  /// is one frame that is missing.
  void count_broken(uint64_t n);

  /// A server has answered a new connection.
  void note_answer(int64_t now_ns);

  /// Takes an exchange with the server's clock.
  /// @returns How soon it is to be asked again.
  clock_offset::pace add_probe(const clock_probe& x);

  /// The connection to the server's clock has ended.
  void count_probe_failure();

  /// The last frame taken; nothing before the first.
  std::optional<stream_position> last() const;

  /// For how long the server may be silent, by what its camera has shown.
  int64_t patience_ns() const;

private:
  /// Gives `x` its number, and notes what is missing before it.
  /// @returns false for a frame that came before, or that no camera can have
  ///          come to: it is counted, and to be dropped.
  bool number(frame& x, const part_head& head, int64_t receive_ns);

  /// Puts `x` with its picture into the ring, and counts it.
  void push(std::shared_ptr<frame> x, frame_bytes jpeg, int64_t receive_ns);

  /// Whether a camera can have come to the number of `x`, which is after all
  /// of its run, by now; notes what is missing before it.
  bool admit(frame& x, const part_head& head, int64_t receive_ns);

  void learn(const frame& x);
  void place(frame& x, const part_head& head, int64_t receive_ns);
  frame_gap gap_before(const frame& x, const part_head& head) const;

  /// Whether frame `x` is beyond the camera's rate. Notes it, or what was cut
  /// before it.
  bool is_too_much(frame& x, size_t bytes, int64_t receive_ns);
  /// The last number of run `epoch`; 0: none that is known.
  uint64_t last_of(uint64_t epoch) const;
  void note_last(const frame& x);

  const std::shared_ptr<frame_ring> ring_;
  const viewer_board_ptr board_;
  mutable std::mutex mutex_;
  clock_offset clock_;
  uint64_t clock_epoch_ = 0; ///< Which run of the server `clock_` is of.
  std::optional<stream_position> last_;
  const rate_limits limits_;
  token_bucket bytes_left_;
  token_bucket frames_left_;
  std::optional<stream_position> kept_; ///< The last one that was not cut.
  uint64_t cut_ = 0;                    ///< Since `kept_`.

  /// When `last_` was captured, as far as is known: `client_clock_ns`. 0: an
  /// earlier process had it.
  int64_t last_ns_ = 0;

  /// The newest runs, each with its last number, the present one last.
  std::vector<stream_position> runs_;

  /// A frame whose number was too high, and when it came: the next one tells
  /// whether it was wrong, or the numbers go on there.
  std::optional<stream_position> doubted_;
  int64_t doubted_ns_ = 0;
  frame_rhythm rhythm_;
  uint32_t flags_ = 0;     ///< Of the newest frame.
  uint64_t broken_ = 0;    ///< Bodies since `last_`.
  bool connected_ = false; ///< Anew, since `last_`.
};

} // namespace camnode
