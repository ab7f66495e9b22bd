#include "actors/recorder/index_file.hpp"

#include "actors/recorder/segment_check.hpp"
#include "actors/shared/file_ops.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <string>

namespace camnode {

caf::expected<std::vector<index_row>>
read_rows(int fd, const std::filesystem::path& path) {
  struct stat info;
  if (::fstat(fd, &info) != 0)
    return file_error(ec::open_failed, path, errno);
  if (!S_ISREG(info.st_mode))
    return caf::make_error(ec::open_failed, path.string() + ": is no file");
  auto size = static_cast<uint64_t>(info.st_size);
  if (size > max_index_bytes)
    return caf::make_error(ec::open_failed,
                           path.string() + ": too large for an index: "
                             + std::to_string(size) + " bytes");
  std::string text(size, '\0');
  if (!read_at(fd, 0, reinterpret_cast<uint8_t*>(text.data()), text.size()))
    return file_error(ec::open_failed, path, EIO);
  std::vector<index_row> result;
  read_index(text, [&](const auto& row) { result.push_back(row); });
  return result;
}

} // namespace camnode
