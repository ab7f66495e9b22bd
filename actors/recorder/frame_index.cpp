#include "actors/recorder/frame_index.hpp"

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

  /// Ends the line behind the last field.
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

  bool read_or_empty(int32_t& x) {
    if (rest_.empty() || rest_.front() != ',')
      return read(x);
    next();
    return true;
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

std::string_view format_index_row(const index_row& x,
                                  index_row_buffer& buffer) {
  row_writer out{buffer};
  out.add(x.frame);
  out.add(x.sequence);
  out.add(x.capture_ns);
  out.add(x.receive_ns);
  out.add(x.offset_ns);
  out.add(x.offset_error_ns);
  if (x.exposure_us < 0)
    out.add_empty();
  else
    out.add(x.exposure_us);
  out.add(x.bytes);
  out.add(x.flags);
  return out.line();
}

std::optional<index_row> parse_index_row(std::string_view line) {
  if (line.size() >= max_index_row_size)
    return std::nullopt;
  index_row x;
  row_reader in{line};
  auto whole = in.read(x.frame) && in.read(x.sequence) && in.read(x.capture_ns)
               && in.read(x.receive_ns) && in.read(x.offset_ns)
               && in.read(x.offset_error_ns) && in.read_or_empty(x.exposure_us)
               && in.read(x.bytes) && in.read(x.flags);
  if (!whole)
    return std::nullopt;
  // Whatever else is odd (a tenth field, a leading zero, "-0") shows here.
  index_row_buffer buffer;
  auto written = format_index_row(x, buffer);
  written.remove_suffix(1);
  if (written != line)
    return std::nullopt;
  return x;
}

} // namespace camnode
