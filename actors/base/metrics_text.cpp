#include "actors/base/metrics_text.hpp"

#include "messages/text.hpp"

#include <cstdio>

namespace camnode {

namespace {

/// Where the buckets of a distribution end, as powers of two, in ns: three
/// steps within what a frame should take, then one for each doubling.
constexpr int bucket_powers[] = {17, 19, 20, 21, 22, 23, 24, 25,
                                 26, 27, 28, 29, 30, 31, 32, 34};

constexpr std::string_view head = "# HELP ";

/// Whether a family's text is of `name`.
bool is_of(std::string_view text, std::string_view name) {
  text.remove_prefix(head.size());
  return text.substr(0, name.size()) == name && text[name.size()] == ' ';
}

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
  if (name == name_)
    return;
  name_ = name;
  // Whoever is told of after another one has the same families in a row.
  if (last_ + 1 < families_.size() && is_of(families_[last_ + 1], name)) {
    ++last_;
    return;
  }
  auto [place, is_new] = places_.try_emplace(name_, families_.size());
  last_ = place->second;
  if (!is_new)
    return;
  families_.push_back(std::string{head} + name_ + ' ');
  last() += help;
  last() += "\n# TYPE " + name_ + " ";
  last() += type;
  last() += '\n';
}

std::string metrics_text::text() const {
  size_t size = 0;
  for (auto& x : families_)
    size += x.size();
  std::string result;
  result.reserve(size);
  for (auto& x : families_)
    result += x;
  return result;
}

void metrics_text::begin_sample(labels of, std::string_view suffix,
                                std::string_view end) {
  auto& text = last();
  text += name_;
  text += suffix;
  char separator = '{';
  auto add = [&](std::string_view key, std::string_view value) {
    if (key.empty())
      return;
    text += separator;
    text += key;
    text += "=\"";
    text += escaped(value);
    text += '"';
    separator = ',';
  };
  for (auto& [key, value] : of)
    add(key, value);
  add(end.empty() ? "" : "le", end);
  if (separator == ',')
    text += '}';
  text += ' ';
}

void metrics_text::sample(uint64_t value, labels of) {
  begin_sample(of);
  last() += std::to_string(value) + "\n";
}

void metrics_text::seconds(int64_t nanoseconds, labels of) {
  begin_sample(of);
  last() += in_seconds(nanoseconds) + "\n";
}

void metrics_text::durations(const histogram::figures& x, labels of) {
  uint64_t below = 0;
  size_t i = 0;
  for (auto power : bucket_powers) {
    auto end = int64_t{1} << power;
    for (; i + 1 < histogram::buckets && histogram::end_ns(i) <= end; ++i)
      below += x.counts[i];
    begin_sample(of, "_bucket", in_seconds(end));
    last() += std::to_string(below) + "\n";
  }
  begin_sample(of, "_bucket", "+Inf");
  last() += std::to_string(x.total) + "\n";
  begin_sample(of, "_sum");
  last() += in_seconds(x.sum_ns) + "\n";
  begin_sample(of, "_count");
  last() += std::to_string(x.total) + "\n";
}

} // namespace camnode
