#include "messages/disk/frame_index.hpp"

#include "messages/frame.hpp"

#include <charconv>

namespace camnode {

namespace {

class row_writer {
public:
  explicit row_writer(index_row_buffer& buffer)
    : begin_(buffer.data()),
      pos_(buffer.data()),
      end_(buffer.data() + buffer.size()) {
  }

  template <class Integer>
  void add(Integer x) {
    pos_ = std::to_chars(pos_, end_, x).ptr;
    *pos_++ = ',';
  }

  void add_empty() {
    *pos_++ = ',';
  }

  template <class Integer>
  void add_if(bool known, Integer x) {
    if (known)
      add(x);
    else
      add_empty();
  }

  /// 16 hexadecimal digits.
  void add_hex(uint64_t x) {
    for (int shift = 60; shift >= 0; shift -= 4)
      *pos_++ = "0123456789abcdef"[x >> shift & 15];
    *pos_++ = ',';
  }

  /// Ends the line after the last field.
  std::string_view line() {
    pos_[-1] = '\n';
    return {begin_, static_cast<size_t>(pos_ - begin_)};
  }

private:
  char* begin_;
  char* pos_;
  char* end_;
};

class row_reader {
public:
  explicit row_reader(std::string_view line) : rest_(line) {
  }

  template <class Integer>
  bool read(Integer& x) {
    auto field = next();
    auto end = field.data() + field.size();
    auto [ptr, code] = std::from_chars(field.data(), end, x);
    return code == std::errc{} && ptr == end;
  }

  bool read_hex(uint64_t& x) {
    auto field = next();
    auto end = field.data() + field.size();
    auto [ptr, code] = std::from_chars(field.data(), end, x, 16);
    return code == std::errc{} && ptr == end;
  }

  /// Leaves `x` as it is where the field is empty.
  template <class Integer>
  bool read_or_empty(Integer& x) {
    if (rest_.empty() || rest_.front() != ',')
      return read(x);
    next();
    return true;
  }

  bool at_end() const {
    return rest_.empty();
  }

private:
  std::string_view next() {
    auto size = rest_.find(',');
    auto field = rest_.substr(0, size);
    rest_.remove_prefix(size == rest_.npos ? rest_.size() : size + 1);
    return field;
  }

  std::string_view rest_;
};

} // namespace

std::optional<int64_t> time_error_ns(const index_row& x) {
  if (!has_capture_time(x.flags) || x.offset_error_ns < 0)
    return std::nullopt;
  return x.offset_error_ns;
}

std::string_view format_index_row(const index_row& x,
                                  index_row_buffer& buffer) {
  auto known = (x.flags & frame::rebuilt) == 0;
  row_writer out{buffer};
  out.add(x.frame);
  out.add_if(known, x.sequence);
  out.add(x.capture_ns);
  out.add_if(known, x.receive_ns);
  out.add_if(known, x.offset_ns);
  out.add_if(known && x.offset_error_ns >= 0, x.offset_error_ns);
  out.add_if(known && x.exposure_us >= 0, x.exposure_us);
  out.add(x.bytes);
  out.add(x.flags);
  out.add_hex(x.xxh3);
  out.add_if(known, x.epoch);
  return out.line();
}

std::optional<index_row> parse_index_row(std::string_view line) {
  if (line.size() >= max_index_row_size)
    return std::nullopt;
  index_row x;
  x.offset_error_ns = -1; // As it stays where the field is empty.
  row_reader in{line};
  auto whole = in.read(x.frame) && in.read_or_empty(x.sequence)
               && in.read(x.capture_ns) && in.read_or_empty(x.receive_ns)
               && in.read_or_empty(x.offset_ns)
               && in.read_or_empty(x.offset_error_ns)
               && in.read_or_empty(x.exposure_us) && in.read(x.bytes)
               && in.read(x.flags) && in.read_hex(x.xxh3);
  // The last field has no comma after it: empty is what is left of nothing.
  if (!whole || !(x.flags & frame::rebuilt ? in.at_end() : in.read(x.epoch)))
    return std::nullopt;
  // Whatever else is odd (a field too many, a leading zero, "-0") shows here.
  index_row_buffer buffer;
  auto written = format_index_row(x, buffer);
  written.remove_suffix(1);
  if (written != line)
    return std::nullopt;
  return x;
}

} // namespace camnode
