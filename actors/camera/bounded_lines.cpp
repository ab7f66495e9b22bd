#include "actors/camera/bounded_lines.hpp"

#include <utility>

namespace camnode {

namespace {

constexpr int64_t second_ns = 1'000'000'000;

/// Bytes from 0x80 on may be UTF-8; control characters could forge lines.
char printable(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F ? ' ' : c;
}

} // namespace

bounded_lines::bounded_lines(std::function<void(std::string)> sink)
  : sink_(std::move(sink)) {
}

void bounded_lines::put(const char* data, size_t size, int64_t now_ns) {
  for (size_t i = 0; i < size; ++i) {
    // Progress displays end their lines with carriage returns.
    if (data[i] == '\n' || data[i] == '\r')
      end_line(now_ns);
    else if (line_.size() < max_line_bytes)
      line_ += printable(data[i]);
  }
}

void bounded_lines::tick(int64_t now_ns) {
  if (now_ns - second_begin_ns_ < second_ns)
    return;
  say_left_out();
  second_begin_ns_ = now_ns;
  said_ = 0;
}

void bounded_lines::finish(int64_t now_ns) {
  end_line(now_ns);
  say_left_out();
}

void bounded_lines::end_line(int64_t now_ns) {
  auto end = line_.find_last_not_of(' ');
  if (end == std::string::npos) {
    line_.clear();
    return;
  }
  line_.resize(end + 1);
  last_ = std::exchange(line_, {});
  tick(now_ns);
  if (said_ == lines_per_second) {
    ++left_out_;
    return;
  }
  ++said_;
  sink_(last_);
}

void bounded_lines::say_left_out() {
  if (left_out_ == 0)
    return;
  sink_("(" + std::to_string(left_out_) + " more lines left out)");
  left_out_ = 0;
}

} // namespace camnode
