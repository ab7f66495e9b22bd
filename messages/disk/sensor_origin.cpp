#include "messages/disk/sensor_origin.hpp"

#include <system_error>

namespace camnode {

namespace fs = std::filesystem;

file_origin readings_origin(const fs::path& path) {
  constexpr std::string_view first = "timestamp";
  std::error_code err;
  if (fs::symlink_status(path, err).type() == fs::file_type::not_found)
    return file_origin::none;
  auto head = head_of(path, first.size() + 1);
  if (!head)
    return file_origin::other;
  std::string_view x{*head};
  if (x.size() > first.size() && x.substr(0, first.size()) == first
      && (x.back() == ',' || x.back() == '\n'))
    return file_origin::ours;
  auto whole = x.substr(0, x.find_last_not_of('\0') + 1);
  return whole == first.substr(0, whole.size()) ? file_origin::lost
                                                : file_origin::other;
}

} // namespace camnode
