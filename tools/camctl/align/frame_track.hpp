#pragma once

#include "messages/disk/frame_index.hpp"
#include "tools/camctl/align/record_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// The frames of one camera in one session, out of its indexes, in order of
/// time, with memory for two of them.
class frame_track {
public:
  /// A frame, and the film that it is in.
  struct place {
    index_row row;
    std::string film; ///< The name of its file.
  };

  /// @param folder Of the camera.
  /// @param stems Of its files, in order.
  frame_track(std::filesystem::path folder, std::vector<std::string> stems);

  /// The next frame; null after the last one. Valid until the next call.
  const place* next();

  /// The frame that is nearest to `time_ns`, the earlier one of two that are as
  /// near; null if there is none at all. Valid until the next call.
  /// @pre Times of successive calls do not decrease. Not mixed with `next`.
  const place* nearest(int64_t time_ns);

  /// What could not be read, one line each.
  const std::vector<std::string>& faults() const {
    return faults_;
  }

private:
  bool read(place& out);
  bool open_next();

  const std::filesystem::path folder_;
  const std::vector<std::string> stems_;
  size_t file_ = 0; ///< Which of `stems_` comes next.
  std::string film_;
  std::string path_; ///< Of the present index.
  std::optional<record_reader> reader_;
  place before_;
  place after_;
  bool has_before_ = false;
  bool has_after_ = false;
  bool began_ = false;
  std::vector<std::string> faults_;
};

} // namespace camnode
