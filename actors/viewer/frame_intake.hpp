#pragma once

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

namespace camnode {

/// Turns what comes from one server into frames in the client-side ring: gives
/// them their place on the client's clock, drops what came before, and notes
/// what is missing. Outlives viewers and connections, so that the next one
/// goes on where the last one ended. Used by one connection at a time; any
/// thread.
class frame_intake {
public:
  /// @param last The last frame that an earlier process has, if there is one:
  ///        what comes goes on behind it.
  frame_intake(std::shared_ptr<frame_ring> ring, viewer_board_ptr board,
               std::optional<stream_position> last = std::nullopt);

  /// Takes the next frame of a stream.
  /// @param receive_ns `client_clock_ns` when its last byte came.
  void take(decoded_frame x, int64_t receive_ns);

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
  void learn(const frame& x);
  void place(frame& x, const part_head& head, int64_t receive_ns);
  frame_gap gap_before(const frame& x, const part_head& head) const;

  const std::shared_ptr<frame_ring> ring_;
  const viewer_board_ptr board_;
  mutable std::mutex mutex_;
  clock_offset clock_;
  uint64_t clock_epoch_ = 0; ///< Which run of the server `clock_` is of.
  std::optional<stream_position> last_;
  frame_rhythm rhythm_;
  uint32_t flags_ = 0;     ///< Of the newest frame.
  uint64_t broken_ = 0;    ///< Bodies since `last_`.
  bool connected_ = false; ///< Anew, since `last_`.
};

} // namespace camnode
