#pragma once

#include "tools/camctl/export/film_output.hpp"
#include "tools/camctl/export/film_plan.hpp"
#include "tools/camctl/export/frame_table.hpp"
#include "tools/camctl/export/instant_grid.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace camnode {

/// What a film of an export has become.
struct film_counts {
  uint64_t frames = 0;   ///< In the film, filled ones included.
  uint64_t filled = 0;   ///< Where the camera had no frame.
  uint64_t left_out = 0; ///< Recorded frames that no instant had room for.
};

/// Makes one film of an export and its table out of what a camera recorded.
class film_maker {
public:
  /// @param go_on Asked after each frame. May be empty.
  film_maker(const film_plan& plan, const time_cut& cut, camera_source& source,
             film_output& film, table_file& table, std::function<bool()> go_on);

  /// Each recorded frame once.
  /// @returns `ec::write_failed`, or `ec::unavailable` if it was told to stop.
  caf::error make_own();

  /// A frame for each row of a grid. A hole is filled with `fill`.
  /// @returns The same.
  caf::error make_locked(const instant_grid& grid, frame_fill fill);

  const film_counts& counts() const {
    return counts_;
  }

private:
  std::optional<camera_source::frame> next();
  void step();
  caf::error fill_in(frame_fill fill);
  caf::error add(const uint8_t* jpeg, table_row row);
  void remember(const uint8_t* jpeg, const table_row& row);
  bool take(const instant_grid& grid, int64_t instant_ns);

  const film_plan& plan_;
  const time_cut cut_;
  camera_source& source_;
  film_output& film_;
  table_file& table_;
  const std::function<bool()> go_on_;
  film_counts counts_;

  // Of a film that is locked to a grid.
  std::optional<camera_source::frame> now_;
  std::optional<camera_source::frame> after_;
  std::vector<uint8_t> shown_; ///< The picture that may have to be repeated.
  table_row shown_row_;
  std::vector<uint8_t> black_;
};

} // namespace camnode
