#pragma once

#include "messages/disk/frame_index.hpp"
#include "messages/disk/nearest_in_time.hpp"
#include "messages/disk/record_reader.hpp"
#include "messages/disk/session_records.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// A camera's pieces in the order of their starts.
std::vector<recorded_piece> in_order(std::vector<recorded_piece> pieces);

/// One of the indexes of a camera.
struct track_file {
  std::string stem; ///< Of its name.

  /// How many of its rows count.
  uint64_t frames = std::numeric_limits<uint64_t>::max();
};

/// Opens a file to read from; none if it cannot be, with the reason in `errno`.
using open_to_read = std::function<unique_fd(const std::filesystem::path&)>;

/// The frames of one camera in one session, out of its indexes, in order of
/// time, with memory for two of them.
class frame_track {
public:
  /// A frame, and the film that it is in.
  struct place {
    index_row row;
    std::string film; ///< The name of its file.
    size_t file = 0;  ///< Which of the files that is, from 0.
  };

  /// @param folder Of the camera.
  /// @param files In order.
  /// @param open Plainly, if empty.
  frame_track(std::filesystem::path folder, std::vector<track_file> files,
              open_to_read open = {});

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
  const std::vector<track_file> files_;
  const open_to_read open_;
  size_t file_ = 0; ///< Which of `files_` comes next.
  std::string film_;
  std::string path_; ///< Of the present index.
  std::optional<record_reader> reader_;
  place next_;
  nearest_in_time<place> nearest_;
  std::vector<std::string> faults_;
};

} // namespace camnode
