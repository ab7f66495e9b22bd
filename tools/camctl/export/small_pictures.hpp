#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace camnode {

/// A picture in grey, so small that what an encoder changes does not show.
struct small_picture {
  static constexpr int side = 48; ///< Pixels, both ways.

  std::array<uint8_t, side * side> pixels{};
};

/// Compares the pictures of an encoded film with those that it was made of,
/// pair by pair, in order. Finds one that is something else, and one in the
/// place of the one before or after it: where two neighbours differ by more
/// than `telling` in a few pixels, each must be more like its own.
class picture_comparison {
public:
  /// What encoders leave of small changes, up to `encoding::least_quality`, is
  /// less than that, of 255.
  static constexpr int telling = 16;

  /// How far off a picture may be on average, of 255.
  static constexpr int tolerance = 12;

  /// Takes the next picture, as it was and as the film has it.
  /// @returns What is wrong, in words; empty: nothing.
  std::string add(const small_picture& own, const small_picture& film);

  uint64_t count() const {
    return count_;
  }

private:
  uint64_t count_ = 0;
  small_picture last_own_;
  small_picture last_film_;
};

} // namespace camnode
