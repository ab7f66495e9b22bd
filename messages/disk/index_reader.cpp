#include "messages/disk/index_reader.hpp"

#include "messages/descriptor.hpp"
#include "messages/frame.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <string>

namespace camnode {

void add_number(std::vector<frame_range>& ranges, uint64_t epoch,
                uint64_t sequence, int64_t ns) {
  // No number follows the largest one.
  if (!ranges.empty() && sequence != 0 && ranges.back().epoch == epoch
      && ranges.back().last == sequence - 1)
    ranges.back().last = sequence;
  else
    ranges.push_back({epoch, sequence, sequence, ns});
}

index_facts read_index(std::string_view text,
                       const std::function<void(const index_row&)>& on_row) {
  index_facts result;
  if (text.substr(0, index_header.size()) != index_header)
    return result;
  result.whole_size = index_header.size();
  for (;;) {
    auto rest = text.substr(result.whole_size);
    auto end = rest.find('\n');
    if (end == rest.npos)
      return result;
    auto row = parse_index_row(rest.substr(0, end));
    if (!row)
      return result;
    result.whole_size += end + 1;
    result.bytes += row->bytes;
    if (result.rows++ == 0)
      result.first_capture_ns = row->capture_ns;
    result.last_capture_ns = row->capture_ns;
    if (row->flags & frame::rebuilt) {
      ++result.rebuilt;
    } else {
      add_number(result.ranges, row->epoch, row->sequence, row->capture_ns);
      result.last_flags = row->flags;
    }
    if (on_row)
      on_row(*row);
  }
}

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
