#include "messages/disk/sensor_origin.hpp"

#include "messages/disk/csv_table.hpp"

#include <system_error>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// @param head The beginning of a file, longer than `column` if there is as
///        much.
file_origin origin_by(std::string_view head, std::string_view column) {
  if (head.size() > column.size() && head.substr(0, column.size()) == column
      && (head[column.size()] == ',' || head[column.size()] == '\n'))
    return file_origin::ours;
  auto whole = head.substr(0, head.find_last_not_of('\0') + 1);
  return whole == column.substr(0, whole.size()) ? file_origin::lost
                                                 : file_origin::other;
}

} // namespace

file_origin readings_origin(const fs::path& path) {
  std::error_code err;
  if (fs::symlink_status(path, err).type() == fs::file_type::not_found)
    return file_origin::none;
  auto head = head_of(path, std::string_view{sensor_time}.size() + 1);
  if (!head)
    return file_origin::other;
  auto result = origin_by(*head, sensor_time);
  return result == file_origin::other ? origin_by(*head, marker_time) : result;
}

} // namespace camnode
