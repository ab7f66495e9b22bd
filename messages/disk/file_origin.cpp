#include "messages/disk/file_origin.hpp"

#include "messages/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace camnode {

std::optional<std::string> head_of(const std::filesystem::path& path,
                                   size_t size) {
  unique_fd fd{
    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return std::nullopt;
  std::string result(std::min<uint64_t>(static_cast<uint64_t>(info.st_size),
                                        size),
                     '\0');
  auto out = reinterpret_cast<uint8_t*>(result.data());
  if (!read_at(fd.get(), 0, out, result.size()))
    return std::nullopt;
  return result;
}

} // namespace camnode
