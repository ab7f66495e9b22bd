#include "tools/bench/stamp_reader.hpp"

#include "messages/wire/multipart.hpp"
#include "tools/bench/sockets.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace camnode::bench {

namespace {

/// The length that a header gives; nothing if it is not that of a part.
std::optional<size_t> content_length(std::string_view block) {
  while (!block.empty()) {
    auto field = split_field(take_line(block));
    if (equal_ignoring_case(field.name, "Content-Length"))
      return parse_decimal<size_t>(field.value);
  }
  return std::nullopt;
}

} // namespace

stamp_reader::stamp_reader(unique_fd fd,
                           std::function<void(const stamp&)> on_frame)
  : fd_(std::move(fd)), on_frame_(std::move(on_frame)) {
}

void stamp_reader::read() {
  while (missing_ > 0 ? read_body() : read_head())
    ;
}

bool stamp_reader::receive(void* buffer, size_t size, int flags, size_t& n) {
  auto result = recv(fd_.get(), buffer, size, flags);
  if (result < 0 && (errno == EAGAIN || errno == EINTR))
    return false;
  if (result <= 0)
    throw std::runtime_error("the server closed a stream");
  n = static_cast<size_t>(result);
  bytes_ += n;
  return true;
}

bool stamp_reader::read_head() {
  size_t n = 0;
  if (!receive(buffer_.data() + used_, buffer_.size() - used_, 0, n))
    return false;
  used_ += n;
  parse();
  if (used_ == buffer_.size())
    throw std::runtime_error("a header without end");
  return true;
}

void stamp_reader::parse() {
  constexpr std::string_view blank_line = "\r\n\r\n";
  for (;;) {
    std::string_view text{buffer_.data(), used_};
    auto end = text.find(blank_line);
    if (end == text.npos)
      return;
    end += blank_line.size();
    auto length = content_length(text.substr(0, end));
    if (!length) { // The response's own header.
      drop(end);
      continue;
    }
    if (used_ < end + stamp_size)
      return;
    auto found = parse_stamp(reinterpret_cast<uint8_t*>(buffer_.data()) + end);
    if (!found || *length <= buffer_.size())
      throw std::runtime_error("a frame that `source` did not write");
    current_ = *found;
    missing_ = *length - (used_ - end);
    used_ = 0;
    return;
  }
}

bool stamp_reader::read_body() {
  size_t n = 0;
  if (!receive(nullptr, missing_, MSG_TRUNC, n))
    return false;
  missing_ -= n;
  if (missing_ == 0)
    on_frame_(current_);
  return true;
}

void stamp_reader::drop(size_t n) {
  std::copy(buffer_.data() + n, buffer_.data() + used_, buffer_.data());
  used_ -= n;
}

} // namespace camnode::bench
