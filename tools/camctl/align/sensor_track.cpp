#include "tools/camctl/align/sensor_track.hpp"

#include "messages/disk/csv_table.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/wire/multipart.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// In the year 2043: what is earlier can be added and subtracted in ns.
constexpr int64_t latest_ms = (int64_t{1} << 61) / 1'000'000;

fs::path path_of(const fs::path& folder, const std::string& stem) {
  auto result = folder / (stem + table_ending);
  std::error_code ignored;
  if (!fs::exists(result, ignored)) // Still open, or left so by a crash.
    result += open_ending;
  return result;
}

/// The fields of one record; none if it is no record.
std::vector<std::string> fields_of(std::string_view record) {
  auto parsed = parse_csv(record);
  if (!parsed || parsed->size() != 1)
    return {};
  return std::move(parsed->front());
}

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

sensor_track::sensor_track(fs::path folder, std::vector<std::string> stems)
  : folder_(std::move(folder)), stems_(std::move(stems)) {
  list_keys();
}

void sensor_track::list_keys() {
  for (auto& stem : stems_) {
    record_reader reader{path_of(folder_, stem)};
    std::string_view header;
    if (!reader.next(header))
      continue; // Is found to be a fault when it is its turn.
    auto names = fields_of(header);
    for (size_t i = 1; i < names.size(); ++i)
      if (std::find(keys_.begin(), keys_.end(), names[i]) == keys_.end())
        keys_.push_back(names[i]);
  }
  series_.resize(keys_.size());
}

bool sensor_track::open_next() {
  while (file_ < stems_.size()) {
    auto path = path_of(folder_, stems_[file_++]);
    path_ = path.string();
    reader_.emplace(path);
    std::string_view header;
    columns_.clear();
    if (reader_->next(header)) {
      auto names = fields_of(header);
      for (size_t i = 1; i < names.size(); ++i)
        columns_.push_back(static_cast<size_t>(
          std::find(keys_.begin(), keys_.end(), names[i]) - keys_.begin()));
      if (!names.empty() && names[0] == "timestamp")
        return true;
    }
    faults_.push_back(reader_->fault().empty() ? path_ + ": has no readings"
                                               : reader_->fault());
  }
  reader_.reset();
  return false;
}

bool sensor_track::read() {
  while (reader_ || open_next()) {
    std::string_view record;
    if (reader_->next(record)) {
      auto fields = fields_of(record);
      auto ms = fields.empty() ? std::nullopt
                               : parse_decimal<int64_t>(fields[0]);
      if (ms && *ms >= 0 && *ms <= latest_ms
          && fields.size() <= columns_.size() + 1) {
        read_ns_ = *ms * 1'000'000;
        for (size_t i = 1; i < fields.size(); ++i)
          if (auto key = columns_[i - 1];
              !fields[i].empty() && key < series_.size())
            series_[key].after.push_back({std::move(fields[i]), read_ns_});
        return true;
      }
      faults_.push_back(path_
                        + ": a record is no reading; the rest is left "
                          "out");
    } else if (!reader_->fault().empty()) {
      faults_.push_back(path_ + ": " + reader_->fault());
    }
    reader_.reset();
  }
  return false;
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
