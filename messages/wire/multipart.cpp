#include "messages/wire/multipart.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <cstring>

namespace camnode {

namespace {

/// Appends text and numbers to memory that is known to suffice.
class text_writer {
public:
  explicit text_writer(char* out) : begin_(out), pos_(out) {
  }

  text_writer& operator<<(std::string_view x) {
    std::memcpy(pos_, x.data(), x.size());
    pos_ += x.size();
    return *this;
  }

  template <class Int>
  text_writer& number(Int x) {
    // 20 digits hold any 64-bit number with its sign.
    pos_ = std::to_chars(pos_, pos_ + 20, x).ptr;
    return *this;
  }

  size_t size() const {
    return static_cast<size_t>(pos_ - begin_);
  }

private:
  char* begin_;
  char* pos_;
};

/// The number of a frame, from 1 on.
std::optional<uint64_t> parse_sequence(std::string_view x) {
  auto result = parse_exact(x);
  return result && *result > 0 ? result : std::nullopt;
}

std::optional<sequence_range> parse_range(std::string_view x) {
  auto dash = x.find('-');
  if (dash == std::string_view::npos)
    return std::nullopt;
  auto first = parse_sequence(x.substr(0, dash));
  auto last = parse_sequence(x.substr(dash + 1));
  if (!first || !last || *first > *last)
    return std::nullopt;
  return sequence_range{*first, *last};
}

std::optional<int32_t> parse_exposure(std::string_view x) {
  auto result = parse_decimal<int32_t>(x);
  return result && *result >= 0 ? result : std::nullopt;
}

/// A client cannot do without the range, but without the place: servers to
/// come may name others.
loss_place parse_place(std::string_view x) {
  for (auto place : {loss_place::source, loss_place::encoder})
    if (x == to_string(place))
      return place;
  return loss_place::server_ring;
}

/// @returns Whether there was a value to store.
template <class T>
bool store(std::optional<T> x, std::optional<T>& out) {
  out = x;
  return out.has_value();
}

/// Stores a field of `part_head`, by name.
/// @returns false if the name is known and the value is not proper.
bool take_camnode_field(const header_field& x, part_head& out) {
  auto is = [&](std::string_view name) {
    return equal_ignoring_case(x.name, name);
  };
  if (is("X-Camnode-Epoch"))
    return store(parse_exact(x.value), out.epoch);
  if (is("X-Camnode-Sequence"))
    return store(parse_sequence(x.value), out.sequence);
  if (is("X-Camnode-Capture-Mono-Ns"))
    return store(parse_decimal<int64_t>(x.value), out.capture_mono_ns);
  if (is("X-Camnode-Capture-Utc-Ns"))
    return store(parse_decimal<int64_t>(x.value), out.capture_utc_ns);
  if (is("X-Camnode-Exposure-Us"))
    return store(parse_exposure(x.value), out.exposure_us);
  // Servers to come may know of other kinds; none of them is better.
  if (is("X-Camnode-Time"))
    out.is_arrival = x.value != "capture";
  if (is("X-Camnode-Lost"))
    return store(parse_range(x.value), out.lost);
  if (is("X-Camnode-Lost-At"))
    out.lost_at = parse_place(x.value);
  return true;
}

/// Text for a length that `take_length` refuses.
std::string bad_length(std::string_view value) {
  return "Content-Length " + printable(value)
         + ", expected one number of at most " + std::to_string(max_jpeg_bytes);
}

bool take_length(std::string_view value, std::optional<size_t>& out) {
  auto length = parse_decimal<size_t>(value);
  if (!length || *length > max_jpeg_bytes || (out && *out != *length))
    return false;
  out = length;
  return true;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string stream_response_head(std::string_view id, uint64_t epoch,
                                 std::string_view version) {
  std::string result = "HTTP/1.1 200 OK\r\n"
                       "Content-Type: multipart/x-mixed-replace; "
                       "boundary=camnode\r\n"
                       "Cache-Control: no-store\r\n"
                       "Connection: close\r\n"
                       "X-Camnode-Id: ";
  result += id;
  result += "\r\nX-Camnode-Epoch: ";
  result += std::to_string(epoch);
  result += "\r\nX-Camnode-Version: ";
  result += version;
  result += "\r\n\r\n--camnode\r\n";
  return result;
}

size_t write_part_header(char* out, const frame& x, const frame_gap* lost) {
  text_writer to{out};
  to << "Content-Type: image/jpeg\r\nContent-Length: ";
  to.number(x.jpeg.size()) << "\r\nX-Camnode-Epoch: ";
  to.number(x.epoch) << "\r\nX-Camnode-Sequence: ";
  to.number(x.sequence);
  if ((x.flags & frame::receive_time_only) == 0) {
    (to << "\r\nX-Camnode-Capture-Mono-Ns: ").number(x.capture_mono_ns);
    (to << "\r\nX-Camnode-Capture-Utc-Ns: ").number(x.capture_utc_ns);
  }
  if (x.flags & frame::arrival_time)
    to << "\r\nX-Camnode-Time: arrival";
  if (x.exposure_us >= 0)
    (to << "\r\nX-Camnode-Exposure-Us: ").number(x.exposure_us);
  if (lost && lost->place != loss_place::none) {
    to << "\r\nX-Camnode-Lost: ";
    to.number(lost->first) << "-";
    to.number(lost->last) << "\r\nX-Camnode-Lost-At: "
                          << to_string(lost->place);
  }
  to << "\r\n\r\n";
  return to.size();
}

std::optional<part_head> parse_part_head(std::string_view block,
                                         std::string& why) {
  part_head result;
  std::optional<size_t> length;
  while (!block.empty()) {
    auto line = take_line(block);
    if (line.empty())
      break;
    auto field = split_field(line);
    if (field.name.empty()) {
      why = printable(line) + " is no header field, expected `Name: value`";
      return std::nullopt;
    }
    if (equal_ignoring_case(field.name, "Content-Length")) {
      if (!take_length(field.value, length)) {
        why = bad_length(field.value);
        return std::nullopt;
      }
    } else if (!take_camnode_field(field, result)) {
      why = printable(line) + " has no proper value";
      return std::nullopt;
    }
  }
  if (!length) {
    why = "no Content-Length, which every part must have";
    return std::nullopt;
  }
  result.content_length = *length;
  return result;
}

std::string_view take_line(std::string_view& text) {
  auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  return line;
}

header_field split_field(std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return {};
  return {trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
}

bool equal_ignoring_case(std::string_view x, std::string_view y) {
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::optional<uint64_t> parse_exact(std::string_view x) {
  auto result = parse_decimal<uint64_t>(x);
  return result && *result <= max_exact_integer ? result : std::nullopt;
}

std::string printable(std::string_view x) {
  constexpr size_t longest = 80;
  std::string result = "`";
  for (auto c : x.substr(0, longest))
    result += c >= ' ' && c <= '~' ? c : '?';
  result += x.size() > longest ? "...`" : "`";
  return result;
}

} // namespace camnode
