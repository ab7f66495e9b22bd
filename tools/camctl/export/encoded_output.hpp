#pragma once

#include "tools/camctl/export/film_output.hpp"

#include <functional>
#include <vector>

namespace camnode {

/// What the program `ffmpeg` can make of JPEGs.
enum class film_codec : uint8_t {
  h264, ///< By libx264: plays everywhere, browsers included.
  hevc, ///< By libx265: smaller and slower.
};

/// `h264`, `hevc`: as `--codec` has them, and FFmpeg.
const char* to_string(film_codec x);

/// How films are encoded, all of one export alike.
struct encoding {
  static constexpr int best_quality = 0;

  /// Up to here the proof can tell neighbouring pictures apart.
  static constexpr int least_quality = 35;

  film_codec codec = film_codec::h264;

  /// The encoder's rate factor (CRF): 0 is the best, 6 more halve the size.
  int quality = 20;

  /// Asked now and then while ffmpeg takes no more pictures; false: `add` gives
  /// up, with `ec::unavailable`.
  std::function<bool()> goes_on = [] { return true; };
};

/// Opens a film that `ffmpeg` encodes while JPEGs are added: at a constant
/// rate, without B-frames, in closed groups of pictures of a second, yuv420p,
/// with its tables at the front. A width or height that is odd gets a black row
/// more. Whoever calls this also calls `add` and `close`, on the same thread.
/// If there is no program `ffmpeg`, the first of these that notices says so.
/// @param path Of a file that is not there yet. Meanwhile there is one beside
///        it, with `.proof` added to its name.
/// @returns `ec::write_failed`.
caf::expected<film_output_ptr>
make_encoded_output(const std::filesystem::path& path,
                    const film_format& format, encoding how);

/// A film of an export, for a grid.
struct grid_cell {
  std::filesystem::path film;
  uint16_t width = 0; ///< Pixels, as `height`.
  uint16_t height = 0;
};

/// Makes one film of several that have the same rate and number of frames: side
/// by side, in rows, each scaled into a cell of the same size, at most 3840
/// pixels wide in all. It is proved as other films are.
/// @param path Of a file that is not there yet.
/// @param format The rate and start of each film; its size does not count.
/// @param frames How many each film has.
/// @param on_proved As for `film_output::close`.
/// @returns What `film_output::close` does.
caf::error make_grid(const std::filesystem::path& path,
                     const std::vector<grid_cell>& cells,
                     const film_format& format, uint64_t frames, encoding how,
                     const std::function<bool(uint64_t frames)>& on_proved);

} // namespace camnode
