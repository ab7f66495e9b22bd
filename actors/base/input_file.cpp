#include "actors/base/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <new>

namespace camnode {

input_file::input_file(const std::filesystem::path& path)
  : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  struct stat info;
  if (!fd_ || ::fstat(fd_.get(), &info) != 0) {
    missing_ = errno == ENOENT;
    fault_ = std::strerror(errno);
  } else if (!S_ISREG(info.st_mode)) {
    fault_ = "is no file";
  } else {
    size_ = static_cast<uint64_t>(info.st_size);
    posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }
}

std::string read_text(const input_file& file, uint64_t limit,
                      std::string& out) {
  if (!file.fault().empty())
    return "cannot be read: " + file.fault();
  if (file.size() > limit)
    return "is too large: " + std::to_string(file.size()) + " bytes";
  try {
    out.resize(file.size());
  } catch (const std::bad_alloc&) {
    return "is too large for the memory: " + std::to_string(file.size())
           + " bytes";
  }
  if (!file.read(0, reinterpret_cast<uint8_t*>(out.data()), out.size()))
    return "cannot be read to its end";
  return {};
}

} // namespace camnode
