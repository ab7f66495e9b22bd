#include "tools/camctl/progress_line.hpp"

#include "tools/camctl/wording.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace camctl {

progress_line::progress_line(std::string command,
                             std::function<std::string(uint64_t)> amount)
  : command_(std::move(command)),
    amount_(std::move(amount)),
    terminal_(isatty(STDERR_FILENO) != 0) {
}

void progress_line::show(uint64_t done, uint64_t all) {
  std::unique_lock<std::mutex> guard{mutex_, std::try_to_lock};
  auto now = clock::now();
  if (!guard || now < next_)
    return;
  next_ = now + std::chrono::milliseconds{terminal_ ? 200 : 3000};
  shown_ = true;
  auto part = all == 0 ? 0 : std::min(1.0, double(done) / double(all));
  auto text = command_ + ": ";
  if (all == 0)
    text += "reads the tables of frames";
  else
    text += format("%3.0f %% of ", 100 * part) + amount_(all);
  if (part > 0.01) {
    std::chrono::duration<double> passed = now - begin_;
    auto left_s = passed.count() * (1 - part) / part;
    text += ", "
            + duration_text(static_cast<int64_t>(left_s + 1) * 1'000'000'000)
            + " left";
  }
  std::cerr << (terminal_ ? "\r\x1b[K" + text : text + '\n') << std::flush;
}

void progress_line::clear() {
  if (shown_ && terminal_)
    std::cerr << "\r\x1b[K" << std::flush;
}

std::string gigabytes(uint64_t bytes) {
  return format("%.1f GB", double(bytes) / 1e9);
}

} // namespace camctl
