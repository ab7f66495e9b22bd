#pragma once

#include "messages/disk/mp4_even_film.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace camnode {

/// The instants of the rows of an export whose cameras are locked to each
/// other. Times are UTC ns on the session clock.
struct instant_grid {
  int64_t first_ns = 0;
  film_rate rate;
  uint64_t rows = 0;

  /// The instant of row `k`.
  int64_t at(uint64_t k) const;

  /// From one row to the next, ns.
  int64_t step_ns() const;

  /// What a frame is away from the instant that it stands for at most: 0.6
  /// steps. Half a step is what the nearest frame of any camera of that rate
  /// may need; the rest is for frames that come now early and now late where
  /// two instants are equally near.
  int64_t reach_ns() const;
};

/// What is to be done with a camera's next frame.
enum class frame_choice : uint8_t {
  take, ///< It stands for the instant.
  skip, ///< It stands for none: one after it is nearer.
  hole, ///< The camera has no frame of the instant; the frame may be of a later
        ///< one.
};

/// Whether a frame stands for an instant. Called with each instant in turn,
/// it gives a frame to one instant at most, and frames to instants in order. A
/// camera whose rate is that of the grid leaves no frame out and has no hole,
/// but for what its drift amounts to.
/// @param frame_ns When it was captured. All before it were taken or skipped.
/// @param next_ns When the one after it was; nothing: there is none.
frame_choice choose_frame(const instant_grid& grid, int64_t instant_ns,
                          int64_t frame_ns, std::optional<int64_t> next_ns);

/// The rate whose frames are `interval_ns` apart, in thousandths of a Hz.
film_rate rate_of_interval(int64_t interval_ns);

/// `24.987`, `25`: frames a second.
std::string rate_text(const film_rate& x);

} // namespace camnode
