#include "nodes/recordings/file_check.hpp"

#include "messages/disk/fault_list.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/frame_index.hpp"
#include "messages/when.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace camnode {

namespace {

/// Puts things as camctl verify does.
class file_looker {
public:
  file_looker(const data_reader& data, size_t max_files)
    : data_(data), max_files_(max_files) {
  }

  files_seen run(const manifest& x) {
    for (auto& [id, camera] : x.cameras)
      for (auto& piece : camera.pieces)
        if (x.over() || piece.end_ms != 0)
          look_for("cam/" + id + "/" + piece.file, piece);
    for (auto& [topic, sensor] : x.sensors)
      if (auto folder = topic_path(topic))
        for (auto& file : sensor.files)
          look_for("sensors/" + *folder + "/" + file + table_ending, 1, "");
    result_.faults = faults_.texts();
    return std::move(result_);
  }

private:
  void look_for(const std::string& stem, const recorded_piece& x) {
    look_for(stem + film_ending, x.bytes,
             ", with " + count_text(x.frames, "frame"));
    uint64_t index_bytes = index_header.size();
    add_bounded(index_bytes, x.frames);
    look_for(stem + table_ending, index_bytes, "");
  }

  /// @param with What is missing with it.
  void look_for(const std::string& name, uint64_t least_bytes,
                const std::string& with) {
    if (result_.looked_for == max_files_) {
      ++result_.not_looked_for;
      return;
    }
    ++result_.looked_for;
    auto file = data_.open(name);
    if (file.fd && file.size < least_bytes)
      faults_.add(name + ": has " + std::to_string(file.size)
                  + " bytes; by the manifest, at least "
                  + std::to_string(least_bytes));
    else if (!file.fd && errno == ENOENT)
      faults_.add(name + ": is missing" + with);
    else if (!file.fd)
      faults_.add(name + ": " + std::generic_category().message(errno));
  }

  const data_reader& data_;
  const size_t max_files_;
  fault_list faults_;
  files_seen result_;
};

} // namespace

files_seen look_for_files(const data_reader& data, const manifest& x,
                          size_t max_files) {
  return file_looker{data, max_files}.run(x);
}

} // namespace camnode
