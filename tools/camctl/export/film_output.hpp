#pragma once

#include "messages/disk/mp4_even_film.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace camnode {

/// A film of one constant rate, whose pictures have one size.
struct film_format {
  film_rate rate;
  uint16_t width = 0; ///< Pixels, as `height`.
  uint16_t height = 0;
  int64_t start_ms = 0; ///< When its first frame was captured: UTC ms.
};

/// One JPEG, borrowed for the call.
struct film_picture {
  const uint8_t* jpeg = nullptr;
  size_t size = 0;
  uint64_t xxh3 = 0; ///< `xxh3_of` these bytes.
};

/// Writes one film of an export, frame after frame from 0. Not thread safe. A
/// film that was not closed, or whose `close` failed, is none: whoever made it
/// removes the file.
class film_output {
public:
  virtual ~film_output() = default;

  /// Adds the next frame. May block.
  /// @returns `ec::write_failed` in one line.
  virtual caf::error add(const film_picture& x) = 0;

  /// Ends the film, syncs it, reads it back and proves it: as many frames as
  /// were added, in that order and with that content (which is for a codec to
  /// say), at a constant rate. May block for long.
  /// @param on_proved Told now and then how many frames are proved. @returns
  ///        false to give up; `close` does so within a second, then.
  /// @returns `ec::write_failed` in one line if it could not be written,
  ///          `ec::bad_message` if what is read back is something else,
  ///          `ec::unavailable` if it was told to give up.
  virtual caf::error
  close(const std::function<bool(uint64_t frames)>& on_proved)
    = 0;
};

using film_output_ptr = std::unique_ptr<film_output>;

/// Opens a film that has the cameras' own JPEGs, byte for byte.
/// @param path Of a file that is not there yet.
/// @returns `ec::open_failed`.
caf::expected<film_output_ptr>
make_copy_output(const std::filesystem::path& path, const film_format& format);

} // namespace camnode
