#include "actors/camera/camera.hpp"

#include "actors/base/log.hpp"
#include "actors/base/log_pace.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"

#include <string>
#include <utility>

namespace camnode {

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(250);

/// Builds the shared frame; runs on the source's thread.
void store(captured_frame x, camera_board& board, frame_ring& ring,
           log_pace& too_big) {
  if (x.jpeg.size() > max_jpeg_bytes) {
    // No reader would take it.
    board.lose(loss_place::encoder, 1);
    if (too_big.admits(capture_clock_ns()))
      log_warning("camera", "a JPEG has ", x.jpeg.size(),
                  " bytes, and the limit is ", max_jpeg_bytes,
                  ": want a lower quality or a smaller picture",
                  too_big.more());
    return;
  }
  auto result = std::make_shared<frame>();
  result->epoch = board.epoch();
  result->capture_mono_ns = x.capture_mono_ns;
  result->capture_utc_ns = x.capture_utc_ns;
  result->exposure_us = x.exposure_us;
  if (!x.is_timed)
    result->flags |= frame::arrival_time;
  result->width = x.width;
  result->height = x.height;
  result->sequence = board.take(x.capture_mono_ns, x.jpeg.size(), result->gap);
  result->jpeg = std::move(x.jpeg);
  auto now = capture_clock_ns();
  board.to_ring().add(now - x.capture_mono_ns);
  ring.push(std::move(result), now);
}

} // namespace

camera::camera(caf::actor_config& cfg, const actor_context& context,
               make_frame_source make_source, std::shared_ptr<frame_ring> ring,
               camera_board_ptr board, patience limits)
  : observed(cfg, context),
    make_source_(std::move(make_source)),
    ring_(std::move(ring)),
    board_(std::move(board)),
    limits_(limits) {
}

camera::behavior_type camera::make_behavior() {
  board_->begin_life();
  delivered_before_ = board_->delivered();
  show_state("waiting for the first frame");
  source_ = make_source_();
  if (auto err = source_->start(events())) {
    source_.reset();
    board_->set_trouble(describe(err));
    quit(std::move(err));
  } else {
    delayed_send(this, beat_interval, beat_atom_v);
  }
  return {
    [this](ended_atom, const caf::error& reason) {
      board_->set_trouble(describe(reason));
      quit(reason);
    },
    [this](beat_atom) { check_source(); },
  };
}

source_events camera::events() {
  // A weak handle, as the actor owns the source that owns these.
  auto self = caf::actor_cast<caf::weak_actor_ptr>(
    caf::actor_cast<caf::strong_actor_ptr>(ctrl()));
  return {
    [board = board_, ring = ring_, too_big = std::make_shared<log_pace>()](
      captured_frame x) { store(std::move(x), *board, *ring, *too_big); },
    [board = board_](loss_place place, uint64_t n) { board->lose(place, n); },
    [self](caf::error reason) {
      if (auto strong = self.lock())
        caf::anon_send(caf::actor_cast<camera_actor>(strong), ended_atom_v,
                       std::move(reason));
    },
  };
}

void camera::check_source() {
  // Frames that get lost are no sign of health.
  auto delivered = board_->delivered();
  auto number = std::to_string(board_->captured());
  if (delivered != delivered_before_) {
    delivered_before_ = delivered;
    silent_ = caf::timespan{0};
    if (!delivers_)
      log_info(who(), "first frame, number ", number);
    delivers_ = true;
    show_state("delivering, frame " + number);
    board_->set_well();
  } else {
    silent_ += beat_interval;
    if (silent_ >= limit())
      return end_stalled();
  }
  delayed_send(this, beat_interval, beat_atom_v);
}

caf::timespan camera::limit() const {
  if (!delivers_)
    return limits_.first_frame;
  return limits_.next_frame == as_shown ? caf::timespan{board_->patience_ns()}
                                        : limits_.next_frame;
}

void camera::end_stalled() {
  auto text = "no frame for " + std::to_string(silent_.count() / 1000000)
              + " ms, after " + std::to_string(board_->delivered())
              + " delivered of " + std::to_string(board_->captured());
  if (delivers_)
    board_->note_silence(silent_.count());
  board_->set_trouble(text);
  quit(caf::make_error(ec::source_stalled, text));
}

void camera::on_exit() {
  source_.reset();
}

} // namespace camnode
