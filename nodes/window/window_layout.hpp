#pragma once

#include "actors/shared/viewer_board.hpp"
#include "messages/server_info.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// A rectangle of the window, in pixels.
struct box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

bool operator==(const box& x, const box& y);

struct colour {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
};

bool operator==(const colour& x, const colour& y);

namespace palette {

constexpr colour background{10, 11, 13};
constexpr colour line{38, 42, 48};
constexpr colour bar{22, 24, 28};
constexpr colour bright{236, 238, 241};
constexpr colour calm{150, 157, 166};
constexpr colour good{126, 196, 138};
constexpr colour warning{245, 180, 60};
constexpr colour alarm{235, 60, 52};

} // namespace palette

/// Where the parts of one camera's tile are.
struct tile_boxes {
  box whole;
  box picture; ///< Room for it; `letterbox` says where in it.
  box bar;
  int text_height = 0; ///< Of a capital letter.
};

bool operator==(const tile_boxes& x, const tile_boxes& y);

/// Divides a window into tiles, row by row, in the grid that makes pictures of
/// 16:9 largest; an incomplete last row is centred.
/// @pre The window is at least `min_window_width` x `min_window_height`.
std::vector<tile_boxes> plan_grid(size_t cameras, int width, int height);

constexpr int min_window_width = 320;
constexpr int min_window_height = 240;

constexpr int tile_gap = 2; ///< Pixels between tiles.

/// The largest box of `width` : `height` within `area`, centred; not empty.
/// @pre `width` and `height` are positive.
box letterbox(int width, int height, const box& area);

/// How long a camera may be silent before its picture counts as old: three
/// times as long as usual, but at least 2 s.
/// @param pause_ns See `expected_pause_ns`.
int64_t patience_ns(int64_t pause_ns);

/// Frames per second over the last time, from a count that is looked at now
/// and then.
class rate_meter {
public:
  void add(int64_t now_ns, uint64_t frames, int64_t span_ns);

  /// @returns Nothing until it has been watching for half a second.
  std::optional<double> rate_hz() const;

private:
  struct sample {
    int64_t time_ns;
    uint64_t frames;
  };

  std::deque<sample> samples_;
};

/// What is known of a camera at one instant.
struct tile_facts {
  server_info server;
  viewer_figures viewer;
  std::string truth;     ///< See `camera_state`.
  bool expected = false; ///< It is to be there.
  uint64_t restarts = 0; ///< Of the server, within the session.
  std::optional<double> rate_hz;
  int width = 0; ///< Of the newest frame; 0 without one.
  int height = 0;
  bool broken = false;  ///< The newest frame cannot be decoded.
  int64_t pause_ns = 0; ///< See `expected_pause_ns`.
  int64_t now_ns = 0;   ///< `client_clock_ns`.
};

struct coloured_text {
  std::string text;
  colour ink;
};

bool operator==(const coloured_text& x, const coloured_text& y);

/// What a tile says.
struct tile_text {
  enum class light { off, ring, disc };

  std::string name;
  std::vector<coloured_text> details; ///< Important ones first.
  coloured_text mark;                 ///< On recording; empty without session.
  light lamp = light::off;            ///< In the mark's colour, in front of it.
  coloured_text headline;             ///< Instead of a live picture.
  std::string explanation;            ///< Below the headline.
  bool alarm = false;                 ///< Frames are being missed.
};

bool operator==(const tile_text& x, const tile_text& y);

/// Puts a camera's facts into words. A red disc with `REC` means that frames
/// reached the disk within `truth_window_ns`, and nothing else does.
tile_text describe(const tile_facts& x);

/// Width of a text in pixels.
using text_measure = std::function<int(const std::string&)>;

/// `x`, or as much of its start as fits into `width` with dots after it.
std::string cut_to(const std::string& x, int width,
                   const text_measure& measure);

/// The label bar's content: texts and lamp, from the bar's left edge.
struct label_line {
  struct piece {
    int x = 0;
    coloured_text content;
  };

  std::vector<piece> pieces;
  int lamp_x = 0; ///< Left edge.
  int lamp_diameter = 0;
};

/// Arranges name, details and mark in a bar. Where the room is short, the last
/// details go first, then the mark's text; the lamp stays, and the name is cut.
label_line plan_label(const tile_text& x, const tile_boxes& boxes,
                      const text_measure& measure);

} // namespace camnode
