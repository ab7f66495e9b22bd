#pragma once

#include "actors/camera/camera_board.hpp"
#include "actors/camera/frame_source.hpp"
#include "actors/observed/observed.hpp"
#include "actors/shared/frame_ring.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>

namespace camnode {

/// Makes a source that has not started yet.
using make_frame_source = std::function<frame_source_ptr()>;

/// Owns one frame source and turns what it delivers into frames with sequence
/// and times. Frames go from the source's thread straight into the ring, so
/// that neither a busy actor nor a mailbox can lose one; the actor decides
/// whether the source is well. Ends with the source's error, or with
/// `ec::source_stalled`; starting another one is its supervisor's decision.
class camera : public observed<camera_actor::base> {
public:
  /// For sources that say themselves when they are over.
  static constexpr caf::timespan no_limit = caf::timespan::max();

  /// For sources that nobody knows before they have shown what they do.
  static constexpr caf::timespan as_shown{0};

  /// How long a source may be silent before it counts as stalled.
  struct patience {
    caf::timespan first_frame; ///< Programs and sensors need time to start.
    caf::timespan next_frame;
  };

  camera(caf::actor_config& cfg, const actor_context& context,
         make_frame_source make_source, std::shared_ptr<frame_ring> ring,
         camera_board_ptr board, patience limits);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  source_events events();

  /// Ends the actor if the source has been silent for too long.
  void check_source();
  void end_stalled();
  caf::timespan limit() const;

  const make_frame_source make_source_;
  const std::shared_ptr<frame_ring> ring_;
  const camera_board_ptr board_;
  const patience limits_;
  frame_source_ptr source_;
  uint64_t delivered_before_ = 0; ///< What the board said at the last beat.
  bool delivers_ = false;
  caf::timespan silent_{0};
};

} // namespace camnode
