#pragma once

#include "actors/base/histogram.hpp"
#include "actors/shared/clock_history.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace camnode {

/// How far a server's clock is from the client's.
struct clock_estimate {
  int64_t offset_ns = 0; ///< Add to the server's time for the client's.
  int64_t error_ns = 0;  ///< The offset is off by this at most.
};

/// What can be said of a viewer and its connection.
struct viewer_figures {
  std::string state = "starting"; ///< In words.
  std::string last_error;
  bool connected = false;
  bool legacy = false;
  uint64_t connections = 0; ///< Attempts, ever.

  // Of the present connection, else of the last one that came about:
  std::string ip; ///< Where it leads to; empty before the first one.
  uint16_t port = 0;
  std::string told_id; ///< What the server calls itself; empty if it does not.
  uint64_t told_epoch = 0; ///< Of the run it says that it is; 0: none.

  uint64_t frames = 0; ///< Received, ever.
  uint64_t bytes = 0;
  uint64_t doubled = 0; ///< Received again, and dropped.
  uint64_t broken = 0;  ///< Bodies that were no JPEG.
  uint64_t cut = 0;     ///< Came faster than is taken of one camera.
  int64_t cut_ns = 0;   ///< `client_clock_ns` of the newest one of these.

  /// Frames dropped, as no camera can have come to their numbers.
  uint64_t misnumbered = 0;
  int64_t newest_ns = 0; ///< `client_clock_ns` of the newest frame.

  /// `client_clock_ns` when the last connection that gave frames ended; 0 while
  /// none has.
  int64_t left_ns = 0;

  /// `client_clock_ns` when a server last answered a new connection: what it
  /// held for us comes right after that.
  int64_t answered_ns = 0;

  uint16_t width = 0; ///< Of the newest frame; 0 where unknown.
  uint16_t height = 0;
  uint32_t rate_mhz = 0;  ///< Frames per 1000 s, measured; 0 if unknown.
  int64_t rest_ns = 0;    ///< How long the camera last was silent for a while.
  int64_t rested_ns = 0;  ///< `client_clock_ns` of the end of that.
  int64_t longest_ns = 0; ///< Between two frames, in the last minutes.
  bool is_known = false;  ///< Whether that says how long it may be silent.

  clock_estimate clock;  ///< As of `probed_ns`.
  bool clocked = false;  ///< Whether `clock` is known.
  int64_t drift_ppb = 0; ///< Of the offset, ns per s.
  int64_t drift_error_ppb = 0;
  int64_t probed_ns = 0; ///< `client_clock_ns` of the newest exchange.
  uint64_t probes = 0;   ///< Exchanges with the server's clock, ever.
  uint64_t probes_refused = 0;
  uint64_t probe_failures = 0; ///< Connections to the clock that ended.
  uint64_t clock_restarts = 0; ///< What was known became void.
};

/// The figures of one server's viewer. Outlives it. Any thread.
class viewer_board {
public:
  viewer_figures look() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return figures_;
  }

  /// Changes the figures by `f(viewer_figures&)`.
  template <class F>
  void update(F f) {
    std::lock_guard<std::mutex> guard{mutex_};
    f(figures_);
  }

  /// From the capture of a frame, on the clock estimate, to its last byte
  /// here. Frames of unknown capture time do not count.
  histogram& to_received() {
    return to_received_;
  }

  const histogram& to_received() const {
    return to_received_;
  }

  clock_history& clocks() {
    return clocks_;
  }

  const clock_history& clocks() const {
    return clocks_;
  }

private:
  clock_history clocks_;
  histogram to_received_;
  mutable std::mutex mutex_;
  viewer_figures figures_;
};

using viewer_board_ptr = std::shared_ptr<viewer_board>;

} // namespace camnode
