#include "messages/disk/open_beneath.hpp"

#include <fcntl.h>

#include <cerrno>
#include <string>
#include <utility>

namespace camnode {

unique_fd open_beneath(int folder, std::string_view path, int flags) {
  unique_fd parent;
  while (true) {
    auto end = path.find('/');
    auto is_last = end == path.npos;
    std::string name{path.substr(0, end)};
    if (name.empty() || name == "." || name == "..") {
      errno = EINVAL;
      return {};
    }
    auto how = is_last ? flags : O_PATH | O_DIRECTORY;
    unique_fd next{
      ::openat(folder, name.c_str(), how | O_NOFOLLOW | O_CLOEXEC)};
    if (!next || is_last)
      return next;
    parent = std::move(next);
    folder = parent.get();
    path.remove_prefix(end + 1);
  }
}

} // namespace camnode
