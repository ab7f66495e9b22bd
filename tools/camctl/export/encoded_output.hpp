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

/// How films are encoded, all of one export alike.
struct encoding {
  static constexpr int best_quality = 0;
  static constexpr int least_quality = 35;

  film_codec codec = film_codec::h264;

  /// The encoder's rate factor: 0 is the best one, 6 more halve the size. Up to
  /// `least_quality` the proof tells pictures apart.
  int quality = 20;

  /// Asked a few times a second by whoever waits for `ffmpeg`: true makes it
  /// give up, with an error. May be empty.
  std::function<bool()> is_stopped;
};

/// Opens a film that `ffmpeg` encodes, while JPEGs are added: constant rate, no
/// B-frames, closed groups of pictures of a second, yuv420p, tables at the
/// front. A width or height that is odd gets one more row of pixels.
/// @param path Of a file that is not there yet. A file beside it, with `.proof`
///        added to its name, is there meanwhile.
/// @returns `ec::open_failed`, also where there is no program `ffmpeg`.
caf::expected<film_output_ptr>
make_encoded_output(const std::filesystem::path& path,
                    const film_format& format, encoding how);

/// A film of an export, for a grid.
struct grid_cell {
  std::filesystem::path film;
  uint16_t width = 0; ///< Pixels, as `height`.
  uint16_t height = 0;
};

/// Makes one film of several, side by side in rows, each as large as the others
/// and at most 3840 pixels wide in all. They have the same rate and the same
/// number of frames. The film is proved as others are.
/// @param path Of a file that is not there yet.
/// @param frames How many each film has.
/// @returns `ec::open_failed`, `ec::write_failed` or `ec::bad_message`, as
///          `film_output` does.
caf::error make_grid(const std::filesystem::path& path,
                     const std::vector<grid_cell>& cells, film_rate rate,
                     uint64_t frames, encoding how);

} // namespace camnode
