#include "tools/camctl/align/sensor_track.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace camnode {

namespace {

std::optional<double> number_of(const std::string& text) {
  double result = 0;
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, result);
  if (text.empty() || error != std::errc{} || stop != end)
    return std::nullopt;
  return result;
}

/// As short as it can be without losing anything.
std::string text_of(double x) {
  char buffer[40];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), x);
  return error == std::errc{} ? std::string{buffer, end} : std::string{};
}

} // namespace

sensor_track::sensor_track(std::filesystem::path folder,
                           std::vector<std::string> stems)
  : reader_(std::move(folder), std::move(stems)),
    series_(reader_.keys().size()) {
}

bool sensor_track::read() {
  auto* x = reader_.next();
  if (!x)
    return false;
  read_ns_ = x->time_ns;
  for (auto& [key, text] : x->values)
    series_[key].after.push_back({text, read_ns_});
  return true;
}

void sensor_track::advance(int64_t time_ns) {
  time_ns_ = time_ns;
  auto lacks = [&] {
    return std::any_of(series_.begin(), series_.end(), [&](const auto& x) {
      return x.after.empty() || x.after.back().time_ns <= time_ns;
    });
  };
  while (!over_ && read_ns_ <= time_ns + look_ahead_ns && lacks())
    over_ = !read();
  for (auto& x : series_)
    while (!x.after.empty() && x.after.front().time_ns <= time_ns) {
      x.before = std::move(x.after.front());
      x.after.pop_front();
    }
}

std::optional<sensor_value> sensor_track::nearest(size_t i) const {
  auto& x = series_[i];
  if (x.after.empty())
    return x.before;
  auto& after = x.after.front();
  if (!x.before || after.time_ns - time_ns_ < time_ns_ - x.before->time_ns)
    return after;
  return x.before;
}

std::optional<sensor_value> sensor_track::interpolated(size_t i,
                                                       int64_t reach_ns) const {
  auto result = nearest(i);
  auto& x = series_[i];
  if (!x.before || x.after.empty())
    return result;
  auto& after = x.after.front();
  auto a = number_of(x.before->text);
  auto b = number_of(after.text);
  // Where there is nothing to compute, the text stays what the sensor said.
  if (!a || !b || *a == *b || time_ns_ == x.before->time_ns
      || time_ns_ - x.before->time_ns > reach_ns
      || after.time_ns - time_ns_ > reach_ns)
    return result;
  auto part = static_cast<double>(time_ns_ - x.before->time_ns)
              / static_cast<double>(after.time_ns - x.before->time_ns);
  result->text = text_of(*a + (*b - *a) * part);
  return result;
}

} // namespace camnode
