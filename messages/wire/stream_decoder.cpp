#include "messages/wire/stream_decoder.hpp"

#include "messages/text.hpp"

#include "messages/wire/legacy_framing.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace camnode {

namespace {

/// The longest boundary accepted. RFC 2046 allows 70 characters.
constexpr size_t max_boundary_bytes = 128;

/// @returns The length of a header block with the blank line that ends it, or
///          0 if that line has not come yet.
size_t block_length(std::string_view text) {
  auto rest = text;
  while (rest.find('\n') != std::string_view::npos)
    if (take_line(rest).empty())
      return text.size() - rest.size();
  return 0;
}

/// A boundary without the dashes in front: servers disagree on whether those
/// of the delimiter belong to it.
std::string_view without_dashes(std::string_view x) {
  x.remove_prefix(std::min(x.find_first_not_of('-'), x.size()));
  return x;
}

/// @param parameters What follows the media type and its semicolon.
/// @returns The boundary, unquoted, or an empty view.
std::string_view find_boundary(std::string_view parameters) {
  while (!parameters.empty()) {
    auto end = std::min(parameters.find(';'), parameters.size());
    auto parameter = parameters.substr(0, end);
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    auto equals = parameter.find('=');
    if (equals == std::string_view::npos
        || !equal_ignoring_case(trim(parameter.substr(0, equals)), "boundary"))
      continue;
    auto value = trim(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      return value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

bool is_server_id(std::string_view x) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !x.empty() && x.size() <= 64
         && std::all_of(x.begin(), x.end(), allowed);
}

bool starts_as_jpeg(const frame_bytes& x) {
  return x.size() >= 2 && x.data()[0] == 0xFF && x.data()[1] == 0xD8;
}

} // namespace

std::array<writable_span, 2> stream_decoder::prepare() {
  if (!drained_ || failed())
    return {};
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  writable_span look_ahead{buffer_.data() + end_,
                           std::min(buffer_.size() - end_, look_ahead_bytes)};
  if (stage_ != stage::body)
    return {look_ahead, {}};
  auto& jpeg = frame_.jpeg;
  return {writable_span{jpeg.data() + jpeg.size(), want()}, look_ahead};
}

void stream_decoder::commit(size_t n) {
  auto direct = std::min(n, want());
  frame_.jpeg.resize(frame_.jpeg.size() + direct);
  end_ += n - direct;
  drained_ = false;
}

std::optional<decoded_frame> stream_decoder::next() {
  for (;;) {
    if (stage_ != stage::body) {
      if (advance())
        continue;
      break;
    }
    fill_body();
    if (want() > 0)
      break;
    stage_ = protocol_ == stream_protocol::http ? stage::part_head
                                                : stage::length;
    auto result = std::exchange(frame_, decoded_frame{});
    if (starts_as_jpeg(result.jpeg))
      return result;
    ++broken_frames_;
  }
  drained_ = true;
  return std::nullopt;
}

size_t stream_decoder::want() const {
  return frame_.jpeg.capacity() - frame_.jpeg.size();
}

bool stream_decoder::advance() {
  switch (stage_) {
    case stage::detect:
      return detect_protocol();
    case stage::response_head:
      return read_response_head();
    case stage::part_head:
      return read_part_head();
    case stage::length:
      return read_length();
    default:
      return false;
  }
}

bool stream_decoder::detect_protocol() {
  auto text = buffered();
  if (text.size() < legacy_header_size)
    return false;
  // As a legacy length this would be 1.2 GB, far above what is accepted.
  if (text.substr(0, legacy_header_size) == "HTTP") {
    protocol_ = stream_protocol::http;
    stage_ = stage::response_head;
    return true;
  }
  if (!parse_legacy_header(buffer_.data() + begin_))
    return fail("the stream begins with "
                + printable(text.substr(0, legacy_header_size))
                + ", expected `HTTP/` or a frame length of at most "
                + std::to_string(max_jpeg_bytes));
  protocol_ = stream_protocol::legacy;
  stage_ = stage::length;
  return true;
}

bool stream_decoder::read_response_head() {
  auto text = buffered();
  auto length = block_length(text);
  if (length == 0) {
    if (text.size() < max_response_head_bytes)
      return false;
    return fail("the response's header has no end within "
                + std::to_string(max_response_head_bytes) + " bytes");
  }
  auto head = text.substr(0, length);
  if (!check_status(take_line(head)))
    return false;
  for (auto line = take_line(head); !line.empty(); line = take_line(head))
    if (!take_response_field(split_field(line)))
      return false;
  if (boundary_.empty())
    return fail("the response has no Content-Type, expected "
                "multipart/x-mixed-replace");
  consume(length);
  stage_ = stage::part_head;
  return true;
}

bool stream_decoder::check_status(std::string_view line) {
  constexpr std::string_view version = "HTTP/1.";
  constexpr std::string_view ok = " 200";
  auto rest = line.substr(std::min(line.size(), version.size() + 1));
  if (line.substr(0, version.size()) == version
      && rest.substr(0, ok.size()) == ok
      && (rest.size() == ok.size() || rest[ok.size()] == ' '))
    return true;
  wants_token_ = rest.substr(0, 4) == " 401";
  return fail("the server answers " + printable(line)
              + ", expected `HTTP/1.1 200 OK`");
}

bool stream_decoder::take_response_field(const header_field& x) {
  auto is = [&](std::string_view name) {
    return equal_ignoring_case(x.name, name);
  };
  if (is("Content-Type"))
    return take_content_type(x.value);
  if (is("Transfer-Encoding") && !equal_ignoring_case(x.value, "identity"))
    return fail("the response has Transfer-Encoding " + printable(x.value)
                + ", expected none");
  if (is("X-Camnode-Epoch")) {
    epoch_ = parse_exact(x.value);
    return epoch_
           || fail("X-Camnode-Epoch is " + printable(x.value)
                   + ", expected a number below 2^53");
  }
  if (is("X-Camnode-Id")) {
    if (!is_server_id(x.value))
      return fail("X-Camnode-Id is " + printable(x.value)
                  + ", expected 1 to 64 letters, digits and ._-");
    id_ = x.value;
  }
  return true;
}

bool stream_decoder::take_content_type(std::string_view value) {
  auto end = std::min(value.find(';'), value.size());
  if (!equal_ignoring_case(trim(value.substr(0, end)),
                           "multipart/x-mixed-replace"))
    return fail("the response has Content-Type " + printable(value)
                + ", expected multipart/x-mixed-replace");
  auto parameters = value.substr(std::min(end + 1, value.size()));
  boundary_ = without_dashes(find_boundary(parameters));
  if (boundary_.empty() || boundary_.size() > max_boundary_bytes)
    return fail("the Content-Type " + printable(value)
                + " has no boundary of 1 to "
                + std::to_string(max_boundary_bytes) + " bytes");
  return true;
}

bool stream_decoder::read_part_head() {
  skip_blank_lines();
  auto text = buffered();
  auto line_end = text.find('\n');
  if (line_end != std::string_view::npos
      && !check_delimiter(text.substr(0, line_end + 1)))
    return false;
  auto length = block_length(text);
  if (length == 0 && text.size() < max_part_head_bytes)
    return false;
  auto where = "part " + std::to_string(bodies_ + 1);
  if (length == 0 || length > max_part_head_bytes)
    return fail(where + ": the header has no end within "
                + std::to_string(max_part_head_bytes) + " bytes");
  consume(length);
  std::string why;
  auto head = parse_part_head(text.substr(line_end + 1, length - line_end - 1),
                              why);
  if (!head)
    return fail(where + ": " + why);
  begin_body(*head);
  return true;
}

bool stream_decoder::check_delimiter(std::string_view line) {
  auto found = trim(take_line(line));
  auto name = without_dashes(found);
  if (name == boundary_)
    return true;
  if (name == boundary_ + "--")
    return fail("the server ended the stream after part "
                + std::to_string(bodies_));
  return fail("part " + std::to_string(bodies_ + 1) + " begins with "
              + printable(found) + ", expected " + printable("--" + boundary_));
}

bool stream_decoder::read_length() {
  if (buffered().size() < legacy_header_size)
    return false;
  part_head head;
  auto length = parse_legacy_header(buffer_.data() + begin_);
  if (!length)
    return fail("the length in front of frame " + std::to_string(bodies_ + 1)
                + " exceeds " + std::to_string(max_jpeg_bytes) + " bytes");
  head.content_length = *length;
  consume(legacy_header_size);
  begin_body(head);
  return true;
}

void stream_decoder::begin_body(const part_head& head) {
  if (head.content_length == 0) {
    ++empty_parts_;
    return;
  }
  ++bodies_;
  frame_.jpeg = frame_bytes{head.content_length};
  frame_.head = head;
  stage_ = stage::body;
}

void stream_decoder::fill_body() {
  auto& jpeg = frame_.jpeg;
  auto n = std::min(want(), end_ - begin_);
  std::memcpy(jpeg.data() + jpeg.size(), buffer_.data() + begin_, n);
  jpeg.resize(jpeg.size() + n);
  begin_ += n;
}

void stream_decoder::skip_blank_lines() {
  auto rest = buffered();
  while (rest.find('\n') != std::string_view::npos && take_line(rest).empty())
    consume(buffered().size() - rest.size());
}

bool stream_decoder::fail(std::string why) {
  error_ = std::move(why);
  stage_ = stage::failed;
  return false;
}

std::string_view stream_decoder::buffered() const {
  return {reinterpret_cast<const char*>(buffer_.data()) + begin_,
          end_ - begin_};
}

void stream_decoder::consume(size_t n) {
  begin_ += n;
  overhead_bytes_ += n;
}

} // namespace camnode
