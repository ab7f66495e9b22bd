#ifdef CAMNODE_HAS_OPENCV

#  include "nodes/window/window_paint.hpp"

#  include <opencv2/core.hpp>
#  include <opencv2/imgproc.hpp>

#  include <algorithm>
#  include <string>

namespace camnode {

namespace {

constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
constexpr int message_height = 16; ///< Of a capital letter.

cv::Scalar ink_of(const colour& x) {
  return {double(x.blue), double(x.green), double(x.red)};
}

cv::Rect rect_of(const box& x) {
  return {x.x, x.y, x.width, x.height};
}

/// Texts are drawn this much larger and shrunk, which makes OpenCV's line font
/// even and lets strokes have any width.
constexpr int fineness = 4;

/// How a text of a certain height is drawn, before it is shrunk.
struct pen {
  explicit pen(int text_height)
    : thickness(std::max(fineness, text_height * fineness / 8)),
      scale(
        cv::getFontScaleFromHeight(font, text_height * fineness, thickness)) {
  }

  cv::Size measure(const std::string& text) const {
    int below = 0;
    auto size = cv::getTextSize(text, font, scale, thickness, &below);
    return {size.width / fineness + 1, (size.height + below) / fineness + 2};
  }

  const int thickness;
  const double scale;
};

text_measure measure_at(int text_height) {
  return [pen = pen{text_height}](const std::string& x) {
    return pen.measure(x).width;
  };
}

void blend(cv::Mat& target, const cv::Mat& cover, const colour& ink) {
  const int bgr[] = {ink.blue, ink.green, ink.red};
  for (int y = 0; y < target.rows; ++y) {
    auto out = target.ptr<uint8_t>(y);
    auto alpha = cover.ptr<uint8_t>(y);
    for (int x = 0; x < target.cols * 3; ++x)
      out[x] = static_cast<uint8_t>(
        out[x] + (bgr[x % 3] - out[x]) * alpha[x / 3] / 255);
  }
}

/// @param origin Left end of the line that the text stands on.
void draw_text(cv::Mat& canvas, const std::string& text, cv::Point origin,
               int text_height, const colour& ink) {
  pen how{text_height};
  auto size = how.measure(text);
  auto above = text_height + 1;
  cv::Mat large{size * fineness, CV_8U, cv::Scalar{0}};
  cv::putText(large, text, {0, above * fineness}, font, how.scale, {255},
              how.thickness);
  cv::Mat cover;
  cv::resize(large, cover, size, 0, 0, cv::INTER_AREA);
  cv::Rect place{origin - cv::Point{0, above}, size};
  auto visible = place & cv::Rect{{0, 0}, canvas.size()};
  auto target = canvas(visible);
  blend(target, cover(visible - place.tl()), ink);
}

void draw_centred(cv::Mat& canvas, const std::string& text, const box& area,
                  int baseline, int text_height, const colour& ink) {
  auto measure = measure_at(text_height);
  auto shown = cut_to(text, area.width - 2 * text_height, measure);
  draw_text(canvas, shown,
            {area.x + (area.width - measure(shown)) / 2, baseline}, text_height,
            ink);
}

void draw_lamp(cv::Mat& canvas, const tile_boxes& boxes, const label_line& line,
               const tile_text& text) {
  auto radius = line.lamp_diameter / 2;
  cv::Point centre{boxes.bar.x + line.lamp_x + radius,
                   boxes.bar.y + boxes.bar.height / 2};
  if (text.lamp == tile_text::light::disc)
    cv::circle(canvas, centre, radius, ink_of(text.mark.ink), cv::FILLED,
               cv::LINE_AA);
  else
    cv::circle(canvas, centre, radius - 1, ink_of(text.mark.ink),
               std::max(1, radius / 3), cv::LINE_AA);
}

void draw_bar(cv::Mat& canvas, const tile_boxes& boxes, const tile_text& text) {
  auto& bar = boxes.bar;
  canvas(rect_of(bar)).setTo(ink_of(palette::bar));
  auto line = plan_label(text, boxes, measure_at(boxes.text_height));
  auto baseline = bar.y + (bar.height + boxes.text_height) / 2 - 1;
  for (auto& piece : line.pieces)
    draw_text(canvas, piece.content.text, {bar.x + piece.x, baseline},
              boxes.text_height, piece.content.ink);
  if (text.lamp != tile_text::light::off)
    draw_lamp(canvas, boxes, line, text);
}

/// Says, on a band across the picture, why it is not live.
void draw_notice(cv::Mat& canvas, const tile_boxes& boxes,
                 const tile_text& text) {
  auto& area = boxes.picture;
  auto height = boxes.text_height;
  auto lines = text.explanation.empty() ? 1 : 2;
  auto band = area;
  band.height = (2 * lines + 1) * height;
  if (band.height > area.height)
    return;
  band.y += (area.height - band.height) / 2;
  canvas(rect_of(band)).setTo(ink_of(palette::background));
  draw_centred(canvas, text.headline.text, band, band.y + 2 * height, height,
               text.headline.ink);
  if (lines == 2)
    draw_centred(canvas, text.explanation, band, band.y + 4 * height, height,
                 palette::calm);
}

void draw_picture(cv::Mat& canvas, const cv::Mat& picture,
                  const tile_boxes& boxes, const tile_text& text) {
  auto& area = boxes.picture;
  auto live = text.headline.text.empty();
  canvas(rect_of(area)).setTo(ink_of(palette::background));
  if (!picture.empty()) {
    auto target = canvas(rect_of(letterbox(picture.cols, picture.rows, area)));
    if (live)
      picture.copyTo(target);
    else
      picture.convertTo(target, -1, 0.3);
  }
  if (!live)
    draw_notice(canvas, boxes, text);
}

/// Three pixels wide, within the tile.
void draw_alarm(cv::Mat& canvas, const box& whole) {
  box middle{whole.x + 1, whole.y + 1, whole.width - 2, whole.height - 2};
  cv::rectangle(canvas, rect_of(middle), ink_of(palette::alarm), 3);
}

} // namespace

void paint_background(cv::Mat& canvas, const std::vector<tile_boxes>& plan) {
  canvas.setTo(ink_of(palette::background));
  for (auto& x : plan)
    cv::rectangle(canvas, rect_of(x.whole), ink_of(palette::line),
                  2 * tile_gap);
  if (plan.empty())
    draw_centred(canvas, "looking for cameras ...",
                 {0, 0, canvas.cols, canvas.rows}, canvas.rows / 2,
                 message_height, palette::calm);
}

void paint_tile(cv::Mat& canvas, const cv::Mat& picture,
                const tile_boxes& boxes, const tile_text& text,
                bool label_changed) {
  draw_picture(canvas, picture, boxes, text);
  if (label_changed || text.alarm)
    draw_bar(canvas, boxes, text);
  if (text.alarm)
    draw_alarm(canvas, boxes.whole);
}

} // namespace camnode

#endif
