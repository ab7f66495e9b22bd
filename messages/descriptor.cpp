#include "messages/descriptor.hpp"

#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <system_error>

namespace camnode {

namespace fs = std::filesystem;

void unique_fd::reset(int fd) {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = fd;
}

std::string shown(const fs::path& path) {
  auto below = path.lexically_relative(descriptor_folder);
  if (below.empty() || *below.begin() == "..")
    return path.string();
  std::error_code err;
  auto folder = fs::read_symlink(descriptor_folder / *below.begin(), err);
  if (err)
    return path.string();
  for (auto part = std::next(below.begin()); part != below.end(); ++part)
    folder /= *part;
  return folder.string();
}

caf::error file_error(ec code, const fs::path& path, int errnum) {
  return caf::make_error(
    code, shown(path) + ": " + std::generic_category().message(errnum), errnum);
}

bool read_at(int fd, uint64_t offset, uint8_t* out, size_t size) {
  while (size > 0) {
    auto n = ::pread(fd, out, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    offset += static_cast<uint64_t>(n);
    out += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

} // namespace camnode
