#include "actors/camera/test_pattern.hpp"

#include "actors/camera/dot_font.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

namespace camnode {

namespace {

// Fast DCTs, which some decoders use, overflow on blocks of full contrast.
constexpr uint8_t black = 16;
constexpr uint8_t white = 240;
constexpr uint8_t neutral = 128; ///< Chroma of every grey.
constexpr uint8_t panel = 24;    ///< Luma behind the text.
constexpr uint8_t ink = 235;     ///< Luma of text and disc.

/// 64 bits of the number and 16 of its checksum.
constexpr int stamp_bits = 80;

/// Where the stamp's blocks are: at the top, from left to right in `rows` of
/// `columns`. Blocks cover whole JPEG blocks of 8 x 8 wherever that leaves
/// three quarters of the picture free, so that compression keeps them.
struct stamp_layout {
  int block;
  int columns;
  int rows;

  stamp_layout(int width, int height)
    : block(std::clamp(width / stamp_bits / 8 * 8, 8, 48)) {
    divide(width);
    while (block > 8 && rows * block > height / 4) {
      block -= 8;
      divide(width);
    }
    if (rows * block > height / 4) {
      block = 4;
      divide(width);
    }
  }

  void divide(int width) {
    columns = std::min(width / block, stamp_bits);
    rows = (stamp_bits + columns - 1) / columns;
  }

  int x(int bit) const {
    return bit % columns * block;
  }

  int y(int bit) const {
    return bit / columns * block;
  }

  int bottom() const {
    return rows * block;
  }
};

/// CRC-16/CCITT, which is never 0 or all ones where the number is.
uint16_t checksum(uint64_t x) {
  uint32_t crc = 0xFFFF;
  for (int shift = 56; shift >= 0; shift -= 8) {
    crc ^= static_cast<uint32_t>(x >> shift & 0xFF) << 8;
    for (int i = 0; i < 8; ++i)
      crc = (crc & 0x8000) != 0 ? (crc << 1 ^ 0x1021) & 0xFFFF : crc << 1;
  }
  return static_cast<uint16_t>(crc);
}

bool stamp_bit(uint64_t number, int bit) {
  return bit < 64 ? (number >> (63 - bit) & 1) != 0
                  : (checksum(number) >> (stamp_bits - 1 - bit) & 1) != 0;
}

/// A bar's colour: full-range BT.601.
struct colour {
  uint8_t y;
  uint8_t u;
  uint8_t v;
};

constexpr colour bars[] = {
  {205, 128, 128}, // silver
  {186, 62, 146},  // sand
  {160, 150, 72},  // turquoise
  {136, 84, 84},   // leaf
  {118, 170, 176}, // lilac
  {104, 96, 196},  // brick
  {84, 190, 104},  // sea
  {58, 136, 124},  // slate
};

constexpr int bar_count = sizeof(bars) / sizeof(bars[0]);

/// A point that runs to and fro between 0 and `span`.
int bounce(uint64_t way, int span) {
  if (span <= 0)
    return 0;
  auto there = static_cast<uint64_t>(span);
  auto at = way % (2 * there);
  return static_cast<int>(at <= there ? at : 2 * there - at);
}

struct time_text {
  char date[32];
  char time[32];

  explicit time_text(int64_t utc_ns) {
    auto ms = std::max<int64_t>(utc_ns, 0) / 1'000'000;
    auto seconds = static_cast<time_t>(ms / 1000);
    tm t{};
    gmtime_r(&seconds, &t);
    strftime(date, sizeof(date), "%Y-%m-%d", &t);
    auto n = strftime(time, sizeof(time), "%H:%M:%S", &t);
    snprintf(time + n, sizeof(time) - n, ".%03d", static_cast<int>(ms % 1000));
  }
};

constexpr int date_time_columns = 23; // YYYY-MM-DD HH:MM:SS.mmm

} // namespace

test_pattern::test_pattern(std::string id, int width, int height)
  : id_(std::move(id)), width_(width), height_(height) {
  for (int i = 0; i < 3; ++i) {
    auto& p = picture_[static_cast<size_t>(i)];
    p.width = i == 0 ? width : width / 2;
    auto rows = i == 0 ? height : height / 2;
    p.pixels.resize(static_cast<size_t>(p.width) * static_cast<size_t>(rows));
  }
  draw_background();
  plan_text();
  auto zone = height_ - text_end_;
  disc_side_ = std::clamp(zone / 2, 8, std::max(8, width_ / 6)) & ~1;
  disc_y_ = text_end_;
  background_ = picture_;
}

yuv420_view test_pattern::draw(uint64_t frame, int64_t utc_ns) {
  draw_stamp(frame);
  time_text when{utc_ns};
  auto number = "FRAME " + std::to_string(frame);
  auto one_line = text_columns_ >= date_time_columns;
  const std::string texts[] = {one_line
                                 ? std::string{when.date} + ' ' + when.time
                                 : when.time,
                               number, id_, when.date};
  for (size_t i = 0; i < lines_.size(); ++i)
    draw_text(lines_[i], texts[i]);
  move_disc(frame);
  yuv420_view result;
  result.width = width_;
  result.height = height_;
  for (size_t i = 0; i < 3; ++i) {
    result.planes[i] = picture_[i].pixels.data();
    result.strides[i] = picture_[i].width;
  }
  return result;
}

/// Bars that get darker towards the bottom; black where the stamp will be.
void test_pattern::draw_background() {
  for (int i = 0; i < bar_count; ++i) {
    auto& bar = bars[i];
    auto x = width_ / 2 * i / bar_count;
    auto width = width_ / 2 * (i + 1) / bar_count - x;
    fill(1, x, 0, width, height_ / 2, bar.u);
    fill(2, x, 0, width, height_ / 2, bar.v);
    for (int y = 0; y < height_; ++y) {
      auto luma = bar.y - bar.y * y / (3 * height_);
      fill(0, 2 * x, y, 2 * width, 1, static_cast<uint8_t>(luma));
    }
  }
  auto bottom = stamp_layout{width_, height_}.bottom();
  fill(0, 0, 0, width_, bottom, black);
  fill(1, 0, 0, width_ / 2, bottom / 2, neutral);
  fill(2, 0, 0, width_ / 2, bottom / 2, neutral);
}

/// Finds the largest text that fits the width and half of the height, and
/// draws the panel behind it.
void test_pattern::plan_text() {
  auto top = stamp_layout{width_, height_}.bottom();
  auto one_line = width_ >= (date_time_columns + 1) * dot_font::pitch;
  auto count = one_line ? 3 : 4;
  auto room = height_ - top;
  if (one_line)
    text_scale_ = std::max(
      1, std::min(width_ / ((date_time_columns + 1) * dot_font::pitch),
                  room / 2 / (count * dot_font::line)));
  auto line = dot_font::line * text_scale_;
  // Small pictures show fewer lines, as the disc needs its 8 rows.
  count = std::min(count, (room - 8 - text_scale_ - 1) / line);
  text_left_ = width_ < 2 * min_width ? 1 : 3 * text_scale_;
  text_columns_ = (width_ - text_left_) / (dot_font::pitch * text_scale_);
  for (int i = 0; i < count; ++i)
    lines_.push_back({top + i * line + text_scale_, {}});
  text_end_ = (top + count * line + text_scale_ + 1) & ~1;
  fill(0, 0, top, width_, text_end_ - top, panel);
  fill(1, 0, top / 2, width_ / 2, (text_end_ - top) / 2, neutral);
  fill(2, 0, top / 2, width_ / 2, (text_end_ - top) / 2, neutral);
}

void test_pattern::draw_stamp(uint64_t frame) {
  stamp_layout layout{width_, height_};
  for (int bit = 0; bit < stamp_bits; ++bit)
    fill(0, layout.x(bit), layout.y(bit), layout.block, layout.block,
         stamp_bit(frame, bit) ? white : black);
}

/// Draws the characters that differ from those shown; clips on the right.
void test_pattern::draw_text(text_line& line, const std::string& text) {
  auto columns = static_cast<size_t>(text_columns_);
  line.shown.resize(columns, ' ');
  auto pitch = dot_font::pitch * text_scale_;
  for (size_t i = 0; i < columns; ++i) {
    auto c = i < text.size() ? text[i] : ' ';
    if (line.shown[i] == c)
      continue;
    line.shown[i] = c;
    draw_glyph(text_left_ + static_cast<int>(i) * pitch, line.y, c);
  }
}

void test_pattern::draw_glyph(int x, int y, char c) {
  for (int row = 0; row < dot_font::height; ++row)
    for (int column = 0; column < dot_font::width; ++column)
      fill(0, x + column * text_scale_, y + row * text_scale_, text_scale_,
           text_scale_, dot_font::dot(c, column, row) ? ink : panel);
}

void test_pattern::move_disc(uint64_t frame) {
  restore(disc_x_, disc_y_, disc_side_);
  auto step = static_cast<uint64_t>(std::max(2, disc_side_ / 8 & ~1));
  disc_x_ = bounce(frame * step, width_ - disc_side_) & ~1;
  disc_y_ = text_end_
            + (bounce(frame * step, height_ - text_end_ - disc_side_) & ~1);
  fill_disc(0, disc_x_, disc_y_, disc_side_, ink);
  fill_disc(1, disc_x_ / 2, disc_y_ / 2, disc_side_ / 2, neutral);
  fill_disc(2, disc_x_ / 2, disc_y_ / 2, disc_side_ / 2, neutral);
}

void test_pattern::fill_disc(int index, int x, int y, int diameter,
                             uint8_t value) {
  auto radius = diameter / 2.0;
  for (int row = 0; row < diameter; ++row) {
    auto dy = row + 0.5 - radius;
    auto half = static_cast<int>(std::sqrt(radius * radius - dy * dy));
    fill(index, x + diameter / 2 - half, y + row, 2 * half, 1, value);
  }
}

void test_pattern::restore(int x, int y, int side) {
  for (int i = 0; i < 3; ++i) {
    auto shift = i == 0 ? 0 : 1;
    auto index = static_cast<size_t>(i);
    for (int row = y >> shift; row < (y + side) >> shift; ++row)
      memcpy(picture_[index].at(x >> shift, row),
             background_[index].at(x >> shift, row),
             static_cast<size_t>(side >> shift));
  }
}

void test_pattern::fill(int index, int x, int y, int width, int height,
                        uint8_t value) {
  auto& p = picture_[static_cast<size_t>(index)];
  for (int row = y; row < y + height; ++row)
    memset(p.at(x, row), value, static_cast<size_t>(width));
}

std::optional<uint64_t> read_stamp(const uint8_t* luma, int width, int height) {
  if (width < test_pattern::min_width || height < test_pattern::min_height)
    return std::nullopt;
  stamp_layout layout{width, height};
  uint64_t number = 0;
  uint16_t sum = 0;
  for (int bit = 0; bit < stamp_bits; ++bit) {
    // The inner half of a block is safe from what its neighbours leak.
    auto margin = layout.block / 4;
    int total = 0;
    for (int y = margin; y < layout.block - margin; ++y)
      for (int x = margin; x < layout.block - margin; ++x)
        total += luma[(layout.y(bit) + y) * width + layout.x(bit) + x];
    auto side = layout.block - 2 * margin;
    auto one = total > 128 * side * side ? 1u : 0u;
    if (bit < 64)
      number = number << 1 | one;
    else
      sum = static_cast<uint16_t>(sum << 1 | one);
  }
  if (sum != checksum(number))
    return std::nullopt;
  return number;
}

} // namespace camnode
