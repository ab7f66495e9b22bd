#include "messages/disk/record_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace camnode {

namespace {

constexpr size_t piece_bytes = size_t{256} << 10;

} // namespace

record_reader::record_reader(const std::filesystem::path& path)
  : record_reader(unique_fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}, path) {
}

record_reader::record_reader(unique_fd fd, const std::filesystem::path& path)
  : fd_(std::move(fd)) {
  if (!fd_)
    fault_ = path.string() + ": " + std::strerror(errno);
}

bool record_reader::fill() {
  if (!fd_)
    return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  auto size = buffer_.size();
  if (size > max_record_bytes) {
    fault_ = "a record is longer than 1 MiB";
    return false;
  }
  buffer_.resize(size + piece_bytes);
  ssize_t n = 0;
  do
    n = ::read(fd_.get(), buffer_.data() + size, piece_bytes);
  while (n < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<size_t>(std::max<ssize_t>(n, 0)));
  if (n < 0)
    fault_ = "cannot be read to its end";
  return n > 0;
}

bool record_reader::next(std::string_view& record) {
  size_t seen = 0; // Of the record so far.
  auto in_quotes = false;
  while (true) {
    auto from = buffer_.data() + begin_ + seen;
    auto left = buffer_.size() - begin_ - seen;
    auto end = static_cast<const char*>(std::memchr(from, '\n', left));
    auto size = end == nullptr ? left : static_cast<size_t>(end - from);
    if (std::count(from, from + size, '"') % 2 != 0)
      in_quotes = !in_quotes;
    seen += size;
    if (end == nullptr) {
      if (!fill())
        return false;
      continue;
    }
    if (!in_quotes)
      break;
    ++seen; // The line end is part of the record.
  }
  record = std::string_view{buffer_}.substr(begin_, seen);
  begin_ += seen + 1;
  bytes_ += seen + 1;
  return true;
}

} // namespace camnode
