#include "nodes/window/window_layout.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace camnode {

namespace {

constexpr int64_t second_ns = 1'000'000'000;

/// A rate needs this much time to mean something.
constexpr int64_t least_watched_ns = second_ns / 2;

int text_height_for(int tile_height) {
  return std::clamp(7 + tile_height / 90, 8, 30);
}

tile_boxes divide(const box& whole) {
  tile_boxes result;
  result.whole = whole;
  result.text_height = text_height_for(whole.height);
  auto bar_height = std::min(result.text_height * 5 / 2, whole.height / 2);
  result.picture = whole;
  result.picture.height -= bar_height;
  result.bar = {whole.x, whole.y + result.picture.height, whole.width,
                bar_height};
  return result;
}

/// The box of cell `i` of `n` along one side, gaps left out.
std::pair<int, int> cell(int i, int n, int length) {
  auto begin = i * (length + tile_gap) / n;
  auto end = (i + 1) * (length + tile_gap) / n - tile_gap;
  return {begin, std::max(1, end - begin)};
}

int picture_area(int columns, int rows, int width, int height) {
  auto boxes = divide(
    {0, 0, cell(0, columns, width).second, cell(0, rows, height).second});
  auto picture = letterbox(16, 9, boxes.picture);
  return picture.width * picture.height;
}

std::string rate_text(double rate_hz) {
  auto tenths = std::llround(rate_hz * 10);
  if (tenths >= 100)
    return std::to_string((tenths + 5) / 10) + " fps";
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10)
         + " fps";
}

std::string span_text(int64_t ns) {
  auto seconds = ns / second_ns;
  if (seconds < 120)
    return std::to_string(seconds) + " s";
  if (seconds < 7200)
    return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}

void describe_state(const tile_facts& x, tile_text& out) {
  auto& viewer = x.viewer;
  auto seen = viewer.newest_ns != 0;
  auto age_ns = x.now_ns - viewer.newest_ns;
  auto old = seen && age_ns > patience_ns(x.pause_ns);
  coloured_text state{"receiving", palette::good};
  if (!viewer.connected) {
    state = {x.server.online ? "connecting" : "offline", palette::warning};
    if (x.expected && !x.server.online)
      state = {"missing", palette::alarm};
    else if (x.truth == "gone")
      state = {"gone", palette::calm};
    out.explanation = viewer.last_error.empty() ? viewer.state
                                                : viewer.last_error;
  } else if (!seen) {
    state = {"waiting for frames", palette::warning};
  } else if (old) {
    state = {"stalled", palette::alarm};
  } else if (x.broken) {
    state = {"broken frames", palette::warning};
  } else if (viewer.legacy) {
    state.text = "receiving (legacy)";
  }
  if (!(state.ink == palette::good))
    out.headline = state;
  out.details.push_back(std::move(state));
  if (old) {
    auto age = span_text(age_ns) + " old";
    out.headline.text += ", " + age;
    out.details.push_back({std::move(age), palette::warning});
  }
}

void describe_recording(const std::string& truth, tile_text& out) {
  if (truth == "recording") {
    out.mark = {"REC", palette::alarm};
    out.lamp = tile_text::light::disc;
  } else if (truth == "starting") {
    out.mark = {"STARTING", palette::warning};
    out.lamp = tile_text::light::ring;
  } else if (truth == "stalled") {
    out.mark = {"NOT RECORDING", palette::warning};
    out.lamp = tile_text::light::ring;
  }
}

int total_width(const std::vector<coloured_text>& xs, size_t n, int space,
                const text_measure& measure) {
  int result = 0;
  for (size_t i = 0; i < n; ++i)
    result += space + measure(xs[i].text);
  return result;
}

} // namespace

bool operator==(const box& x, const box& y) {
  return std::tie(x.x, x.y, x.width, x.height)
         == std::tie(y.x, y.y, y.width, y.height);
}

bool operator==(const colour& x, const colour& y) {
  return std::tie(x.red, x.green, x.blue) == std::tie(y.red, y.green, y.blue);
}

bool operator==(const tile_boxes& x, const tile_boxes& y) {
  return std::tie(x.whole, x.picture, x.bar, x.text_height)
         == std::tie(y.whole, y.picture, y.bar, y.text_height);
}

bool operator==(const coloured_text& x, const coloured_text& y) {
  return x.text == y.text && x.ink == y.ink;
}

bool operator==(const tile_text& x, const tile_text& y) {
  return std::tie(x.name, x.details, x.mark, x.lamp, x.headline, x.explanation,
                  x.alarm)
         == std::tie(y.name, y.details, y.mark, y.lamp, y.headline,
                     y.explanation, y.alarm);
}

std::vector<tile_boxes> plan_grid(size_t cameras, int width, int height) {
  auto n = static_cast<int>(cameras);
  int columns = 1;
  for (int x = 2; x <= n; ++x)
    if (picture_area(x, (n + x - 1) / x, width, height)
        > picture_area(columns, (n + columns - 1) / columns, width, height))
      columns = x;
  auto rows = (n + columns - 1) / columns;
  std::vector<tile_boxes> result;
  for (int i = 0; i < n; ++i) {
    auto row = i / columns;
    auto missing = row == rows - 1 ? rows * columns - n : 0;
    auto [x, tile_width] = cell(i % columns, columns, width);
    auto [y, tile_height] = cell(row, rows, height);
    auto shift = missing * (width + tile_gap) / columns / 2;
    result.push_back(divide({x + shift, y, tile_width, tile_height}));
  }
  return result;
}

box letterbox(int width, int height, const box& area) {
  auto w = static_cast<int64_t>(width);
  auto h = static_cast<int64_t>(height);
  box result = area;
  if (w * area.height > h * area.width)
    result.height = static_cast<int>((h * area.width + w / 2) / w);
  else
    result.width = static_cast<int>((w * area.height + h / 2) / h);
  result.width = std::max(1, result.width);
  result.height = std::max(1, result.height);
  result.x += (area.width - result.width) / 2;
  result.y += (area.height - result.height) / 2;
  return result;
}

int64_t patience_ns(int64_t pause_ns) {
  return std::max(2 * second_ns, 3 * pause_ns);
}

void rate_meter::add(int64_t now_ns, uint64_t frames, int64_t span_ns) {
  if (!samples_.empty()) {
    if (frames < samples_.back().frames)
      samples_.clear();
    else if (now_ns - samples_.back().time_ns < span_ns / 64)
      return;
  }
  samples_.push_back({now_ns, frames});
  while (samples_.size() > 2 && now_ns - samples_[1].time_ns >= span_ns)
    samples_.pop_front();
}

std::optional<double> rate_meter::rate_hz() const {
  if (samples_.empty())
    return std::nullopt;
  auto& first = samples_.front();
  auto& last = samples_.back();
  if (last.time_ns - first.time_ns < least_watched_ns)
    return std::nullopt;
  return static_cast<double>(last.frames - first.frames) * second_ns
         / static_cast<double>(last.time_ns - first.time_ns);
}

tile_text describe(const tile_facts& x) {
  tile_text result;
  result.name = x.server.id;
  describe_state(x, result);
  if (x.viewer.connected && x.rate_hz)
    result.details.push_back({rate_text(*x.rate_hz), palette::calm});
  if (x.width > 0)
    result.details.push_back(
      {std::to_string(x.width) + "x" + std::to_string(x.height),
       palette::calm});
  if (x.restarts > 0)
    result.details.push_back({std::to_string(x.restarts)
                                + (x.restarts == 1 ? " restart" : " restarts"),
                              palette::warning});
  describe_recording(x.truth, result);
  auto live = result.headline.text.empty();
  result.alarm = result.lamp != tile_text::light::off
                 && (x.truth == "stalled" || !live);
  return result;
}

std::string cut_to(const std::string& x, int width,
                   const text_measure& measure) {
  if (measure(x) <= width)
    return x;
  for (auto n = x.size(); n-- > 1;) {
    auto result = x.substr(0, n) + "..";
    if (measure(result) <= width)
      return result;
  }
  return {};
}

label_line plan_label(const tile_text& x, const tile_boxes& boxes,
                      const text_measure& measure) {
  label_line result;
  auto margin = boxes.text_height * 4 / 5;
  auto space = boxes.text_height * 5 / 4;
  auto right = boxes.bar.width - margin;
  auto name_width = measure(x.name);
  if (x.lamp != tile_text::light::off) {
    result.lamp_diameter = boxes.text_height * 6 / 5;
    auto lamp_width = result.lamp_diameter + boxes.text_height / 2;
    auto mark_width = measure(x.mark.text);
    if (margin + name_width + space + lamp_width + mark_width <= right) {
      right -= mark_width;
      result.pieces.push_back({right, x.mark});
      right -= boxes.text_height / 2;
    }
    right -= result.lamp_diameter;
    result.lamp_x = right;
    right -= space;
  }
  auto shown = x.details.size();
  while (shown > 0
         && margin + name_width + total_width(x.details, shown, space, measure)
              > right)
    --shown;
  auto left = margin;
  auto name = cut_to(x.name, right - left, measure);
  result.pieces.push_back({left, {name, palette::bright}});
  left += measure(name);
  for (size_t i = 0; i < shown; ++i) {
    left += space;
    result.pieces.push_back({left, x.details[i]});
    left += measure(x.details[i].text);
  }
  return result;
}

} // namespace camnode
