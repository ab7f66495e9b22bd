#include "tools/camctl/export/frame_table.hpp"

#include "messages/frame.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace camnode {

namespace {

constexpr const char* fill_names[] = {"", "repeat", "black"};

std::optional<frame_fill> fill_of(std::string_view name) {
  for (auto x : {frame_fill::none, frame_fill::repeat, frame_fill::black})
    if (name == to_string(x))
      return x;
  return std::nullopt;
}

/// One line, field by field.
class line_writer {
public:
  explicit line_writer(std::string& out) : out_(out) {
  }

  template <class Integer>
  void add(Integer x, int base = 10) {
    std::array<char, 24> text;
    auto end = std::to_chars(text.data(), text.data() + text.size(), x, base);
    out_.append(text.data(), end.ptr);
    out_ += ',';
  }

  template <class Integer>
  void add_if(bool known, Integer x) {
    if (known)
      add(x);
    else
      out_ += ',';
  }

  void add_text(std::string_view x) {
    out_.append(x).append(",");
  }

  void end() {
    out_.back() = '\n';
  }

private:
  std::string& out_;
};

/// The fields of a line, one after the other.
class line_reader {
public:
  explicit line_reader(std::string_view line) : rest_(line) {
  }

  std::string_view text() {
    auto comma = rest_.find(',');
    auto result = rest_.substr(0, comma);
    rest_.remove_prefix(comma == rest_.npos ? rest_.size() : comma + 1);
    return result;
  }

  /// Leaves `out` as it is where the field is empty, or no number.
  template <class Integer>
  void read(Integer& out, int base = 10) {
    auto x = text();
    std::from_chars(x.data(), x.data() + x.size(), out, base);
  }

  void read(std::optional<int64_t>& out) {
    int64_t x = -1;
    read(x);
    if (x >= 0)
      out = x;
  }

private:
  std::string_view rest_;
};

} // namespace

const char* to_string(frame_fill x) {
  return fill_names[static_cast<size_t>(x)];
}

table_row table_row_of(const index_row& x) {
  table_row result;
  result.time_ns = x.capture_ns;
  if ((x.flags & frame::rebuilt) == 0) {
    result.epoch = x.epoch;
    result.sequence = x.sequence;
  }
  result.error_ns = time_error_ns(x);
  result.exposure_us = x.exposure_us;
  result.flags = x.flags;
  result.bytes = x.bytes;
  result.xxh3 = x.xxh3;
  return result;
}

void append_row(std::string& out, const table_row& x) {
  line_writer line{out};
  line.add(x.frame);
  line.add_if(x.time_ns.has_value(), x.time_ns.value_or(0));
  line.add_if(x.sequence != 0, x.epoch);
  line.add_if(x.sequence != 0, x.sequence);
  line.add_if(x.error_ns.has_value(), x.error_ns.value_or(0));
  line.add_text(to_string(x.filled));
  line.add_if(x.exposure_us >= 0, x.exposure_us);
  line.add_if(x.time_ns.has_value(), x.flags);
  line.add(x.bytes);
  auto digits = out.size();
  line.add(x.xxh3, 16);
  constexpr size_t all_digits = 17; // With the comma.
  out.insert(digits, all_digits - (out.size() - digits), '0');
  line.end();
}

std::optional<table_row> parse_table_row(std::string_view line) {
  line_reader in{line};
  table_row result;
  in.read(result.frame);
  in.read(result.time_ns);
  in.read(result.epoch);
  in.read(result.sequence);
  in.read(result.error_ns);
  auto filled = fill_of(in.text());
  in.read(result.exposure_us);
  in.read(result.flags);
  in.read(result.bytes);
  in.read(result.xxh3, 16);
  if (!filled)
    return std::nullopt;
  result.filled = *filled;
  // Whatever is not as it would be written is none.
  std::string same;
  append_row(same, result);
  same.pop_back();
  return same == line ? std::optional{result} : std::nullopt;
}

table_reader::table_reader(const std::filesystem::path& path)
  : path_(path.string()), lines_(path) {
  std::string_view header;
  if (!lines_.next(header))
    fault_ = lines_.fault().empty() ? path_ + ": is empty" : lines_.fault();
  else if (header != table_header.substr(0, table_header.size() - 1))
    fault_ = path_ + ": is no table of an exported film";
}

bool table_reader::next(table_row& out) {
  std::string_view line;
  if (!fault_.empty())
    return false;
  if (!lines_.next(line)) {
    if (!lines_.fault().empty())
      fault_ = path_ + ": " + lines_.fault();
    return false;
  }
  auto row = parse_table_row(line);
  if (!row || row->frame != rows_) {
    fault_ = path_ + ": row " + std::to_string(rows_) + " is damaged";
    return false;
  }
  ++rows_;
  out = *row;
  return true;
}

} // namespace camnode
