#pragma once

#include <caf/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <utility>

namespace camnode {

/// Proves that an encoded film shows what it was made of: beside the film lies
/// a file of small pictures, one for each that went into the encoder; the film
/// is decoded, made small in the same way, and compared with them.
class film_proof {
public:
  /// The filter of `ffmpeg` that makes a picture small (`small_picture`).
  static constexpr auto filter = "scale=48:48:flags=area,format=gray";

  /// The file of a film's small pictures: their pixels, one picture after the
  /// other.
  static std::filesystem::path path_beside(const std::filesystem::path& film);

  /// How big that file is, while the film is made and proved.
  static uint64_t bytes_for(uint64_t frames);

  explicit film_proof(std::filesystem::path film) : film_(std::move(film)) {
  }

  /// @param frames How many the film must have.
  /// @param on_proved As for `film_output::close`.
  /// @returns `ec::bad_message` if the film shows something else,
  ///          `ec::write_failed` if it cannot be read, `ec::unavailable` if it
  ///          was told to give up.
  caf::error check(uint64_t frames,
                   const std::function<bool(uint64_t frames)>& on_proved) const;

private:
  const std::filesystem::path film_;
};

} // namespace camnode
