#include "actors/base/metrics_text.hpp"

#include "messages/text.hpp"

#include <cstdio>

namespace camnode {

namespace {

/// Where the buckets of a distribution end, as powers of two, in ns: three
/// steps within what a frame should take, then one for each doubling.
constexpr int bucket_powers[] = {17, 19, 20, 21, 22, 23, 24, 25,
                                 26, 27, 28, 29, 30, 31, 32, 34};

/// A label's value: valid UTF-8 that cannot end its quotes or its line.
std::string escaped(std::string_view text) {
  std::string result;
  for (char c : to_utf8(text)) {
    if (c == '\\' || c == '"')
      result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result;
}

std::string in_seconds(int64_t nanoseconds) {
  char buffer[40];
  std::snprintf(buffer, sizeof(buffer), "%.9f",
                static_cast<double>(nanoseconds) / 1e9);
  return buffer;
}

} // namespace

void metrics_text::family(std::string_view name, std::string_view type,
                          std::string_view help) {
  name_ = name;
  text_ += "# HELP " + name_ + " ";
  text_ += help;
  text_ += "\n# TYPE " + name_ + " ";
  text_ += type;
  text_ += '\n';
}

void metrics_text::begin_sample(labels of, std::string_view suffix,
                                std::string_view end) {
  text_ += name_;
  text_ += suffix;
  const char* separator = "{";
  auto add = [&](std::string_view key, std::string_view value) {
    text_ += separator;
    text_ += key;
    text_ += "=\"" + escaped(value) + "\"";
    separator = ",";
  };
  for (auto& [key, value] : of)
    add(key, value);
  if (!end.empty())
    add("le", end);
  if (of.size() > 0 || !end.empty())
    text_ += '}';
  text_ += ' ';
}

void metrics_text::sample(uint64_t value, labels of) {
  begin_sample(of);
  text_ += std::to_string(value) + "\n";
}

void metrics_text::seconds(int64_t nanoseconds, labels of) {
  begin_sample(of);
  text_ += in_seconds(nanoseconds) + "\n";
}

void metrics_text::durations(const histogram::figures& x, labels of) {
  uint64_t below = 0;
  size_t i = 0;
  for (auto power : bucket_powers) {
    auto end = int64_t{1} << power;
    for (; i + 1 < histogram::buckets && histogram::end_ns(i) <= end; ++i)
      below += x.counts[i];
    begin_sample(of, "_bucket", in_seconds(end));
    text_ += std::to_string(below) + "\n";
  }
  begin_sample(of, "_bucket", "+Inf");
  text_ += std::to_string(x.total) + "\n";
  begin_sample(of, "_sum");
  text_ += in_seconds(x.sum_ns) + "\n";
  begin_sample(of, "_count");
  text_ += std::to_string(x.total) + "\n";
}

} // namespace camnode
