#pragma once

#include "messages/disk/mp4_even_film.hpp"
#include "tools/camctl/export/camera_source.hpp"
#include "tools/camctl/export/instant_grid.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// What part of a session is exported. UTC ns on the session clock.
struct time_cut {
  int64_t from_ns = 0;
  int64_t to_ns = std::numeric_limits<int64_t>::max(); ///< Not included.

  bool has(int64_t ns) const {
    return ns >= from_ns && ns < to_ns;
  }

  /// @param end_ns 0: not known.
  bool touches(int64_t begin_ns, int64_t end_ns) const {
    return to_ns > begin_ns && (end_ns == 0 || from_ns < end_ns);
  }
};

/// The film of all films side by side, without its ending.
constexpr const char* grid_film_name = "grid";

/// A film that an export makes: all frames of a camera that have one size.
struct film_plan {
  std::string camera; ///< Its id.
  std::string name;   ///< Of the film and its table, without an ending.
  picture_size size;
  uint64_t frames = 0; ///< There to be exported, as the next ones.
  uint64_t bytes = 0;  ///< Of their JPEGs.
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  film_rate usual_rate; ///< 25 Hz if there is one frame.
};

/// Reads the indexes of a camera to their ends, and plans its films. The one
/// with the most frames is called like the camera; for each other size of
/// pictures there is another one, `<id>@<width>x<height>`. A camera whose id is
/// that of a table of the export has such names only.
/// @param go_on Called now and then; returns false to give up.
/// @returns The largest film first; none if there is no frame.
std::vector<film_plan> plan_films(const std::string& id, camera_source& source,
                                  const time_cut& cut,
                                  const std::function<bool()>& go_on);

/// The instants for films that are locked to each other.
/// @param rate Nothing: that of the fastest film of at least 10 frames; of at
///             least two, if none has so many.
instant_grid grid_of(const std::vector<film_plan>& films,
                     const std::optional<film_rate>& rate);

} // namespace camnode
