#pragma once

#include "nodes/window/window_layout.hpp"

#include <vector>

namespace cv {

class Mat;

} // namespace cv

namespace camnode {

// Drawing with OpenCV, without a display. Pictures are rows of BGR, 8 bits.

/// Draws what is behind the tiles: lines between them, or, without tiles, that
/// cameras are being looked for.
void paint_background(cv::Mat& canvas, const std::vector<tile_boxes>& plan);

/// Draws one tile.
/// @param picture As large as `letterbox` has it in the tile; may be empty.
/// @param label_changed Whether the bar needs to be drawn, too.
void paint_tile(cv::Mat& canvas, const cv::Mat& picture,
                const tile_boxes& boxes, const tile_text& text,
                bool label_changed);

} // namespace camnode
