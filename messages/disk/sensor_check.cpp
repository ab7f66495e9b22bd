#include "messages/disk/sensor_check.hpp"

#include "messages/disk/csv_table.hpp"

#include <charconv>
#include <utility>

namespace camnode {

namespace {

/// Longer than any first field that is one.
constexpr size_t max_first_field = 32;

bool read_time(const std::string& text, int64_t& out) {
  auto end = text.data() + text.size();
  auto [at, code] = std::from_chars(text.data(), end, out);
  return code == std::errc{} && at == end && std::to_string(out) == text;
}

} // namespace

void sensor_check::feed(std::string_view chunk) {
  facts_.size += chunk.size();
  if (!facts_.fault.empty())
    return;
  for (auto c : chunk) {
    ++size_;
    if (c == '\n' && !in_quotes_) {
      end_record();
      if (!facts_.fault.empty())
        return;
      continue;
    }
    in_quotes_ ^= c == '"';
    has_nul_ |= c == '\0';
    if (c == ',' && !in_quotes_)
      ++commas_;
    else if (commas_ == 0 && first_field_.size() < max_first_field)
      first_field_ += c;
  }
}

void sensor_check::end_record() {
  auto columns = commas_ + 1;
  int64_t time = 0;
  if (has_nul_)
    return fail("holds bytes that are no text");
  if (facts_.columns == 0) {
    auto of_markers = first_field_ == marker_time;
    if (!of_markers && first_field_ != sensor_time)
      return fail("has no header that begins with timestamp or time_ns");
    per_ms_ = of_markers ? 1'000'000 : 1;
    facts_.columns = columns;
  } else if (columns != facts_.columns) {
    return fail("has a record of " + std::to_string(columns) + " fields, the "
                + "header has " + std::to_string(facts_.columns));
  } else if (!read_time(first_field_, time)) {
    return fail("has a record without a time");
  } else {
    facts_.last_ms = time / per_ms_;
    if (facts_.rows++ == 0)
      facts_.first_ms = facts_.last_ms;
  }
  facts_.whole_size += std::exchange(size_, 0);
  first_field_.clear();
  commas_ = 0;
}

void sensor_check::fail(std::string why) {
  facts_.fault = std::move(why) + " after reading "
                 + std::to_string(facts_.rows);
}

sensor_facts sensor_check::finish() {
  facts_.cut = facts_.fault.empty() && size_ > 0;
  if (facts_.cut)
    fail("is cut within a record");
  else if (facts_.fault.empty() && facts_.columns == 0)
    fail("is empty");
  return std::move(facts_);
}

} // namespace camnode
