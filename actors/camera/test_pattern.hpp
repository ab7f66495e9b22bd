#pragma once

#include "actors/base/jpeg_codec.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// Draws pictures that tell which frame they are: colour bars, a disc that
/// moves, the frame's number and UTC time and the camera's id as text, and the
/// number once more in black and white blocks for `read_stamp`. The background
/// is drawn once; a frame costs what changes.
class test_pattern {
public:
  static constexpr int min_width = 64;
  static constexpr int min_height = 48;
  static constexpr int max_side = 4096;

  /// @pre `width` and `height` are even, from 64 x 48 to 4096 x 4096.
  test_pattern(std::string id, int width, int height);

  /// Draws frame number `frame`, taken at `utc_ns`, as a function of both.
  /// @returns The picture; valid until the next call.
  yuv420_view draw(uint64_t frame, int64_t utc_ns);

private:
  struct plane {
    int width = 0;
    std::vector<uint8_t> pixels;

    uint8_t* at(int x, int y) {
      return pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(width)
             + x;
    }
  };

  /// A line of text in characters of fixed width, and what it shows now.
  struct text_line {
    int y;
    std::string shown;
  };

  void draw_background();
  void plan_text();
  void draw_stamp(uint64_t frame);
  void draw_text(text_line& line, const std::string& text);
  void draw_glyph(int x, int y, char c);
  void move_disc(uint64_t frame);
  void fill_disc(int index, int x, int y, int diameter, uint8_t value);
  void restore(int x, int y, int side);
  void fill(int index, int x, int y, int width, int height, uint8_t value);

  const std::string id_;
  const int width_;
  const int height_;
  int text_scale_ = 1; ///< Pixels per dot of the font.
  int text_left_ = 0;
  int text_columns_ = 0;
  int text_end_ = 0; ///< First row below the text.
  std::vector<text_line> lines_;
  std::array<plane, 3> background_;
  std::array<plane, 3> picture_;
  int disc_side_ = 0;
  int disc_x_ = 0;
  int disc_y_ = 0;
};

/// Reads the frame number that a test pattern carries, also after JPEG at
/// quality 50.
/// @param luma The whole picture, `width * height` bytes, at the size that it
///        was drawn in.
/// @returns Nothing if the picture carries no number or a damaged one.
std::optional<uint64_t> read_stamp(const uint8_t* luma, int width, int height);

} // namespace camnode
