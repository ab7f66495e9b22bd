#pragma once

#include "messages/disk/number_set.hpp"
#include "tools/camctl/export/clock_lead.hpp"
#include "tools/camctl/export/source_film.hpp"
#include "tools/camctl/verify/piece_check.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// One of the folders with films of a camera.
struct source_folder {
  std::filesystem::path path; ///< `cam/<id>` in a data folder.
  std::vector<recorded_piece> pieces;
  clock_lead ahead; ///< How far its clock is ahead of the first folder's.
};

/// The frames of one camera in one session, in order of time, each of them
/// once: out of several folders, and of films that overlap. A frame is the same
/// as another one if both have the same number in the same run of a server;
/// without a number, if the picture is, at about the same time. Needs memory
/// for a window of each film that it is in, however long the session is.
class camera_source {
public:
  struct frame {
    index_row row; ///< Its time of capture is on the first folder's clock, and
                   ///< so is what that is off by.
    picture_size size;
    uint64_t offset = 0;               ///< Of its JPEG in its film.
    std::shared_ptr<source_film> film; ///< Open as long as this is there.
    size_t folder = 0;

    /// The JPEG: `row.bytes` bytes, until the next call for any frame.
    /// @returns Null where it is not what was recorded.
    const uint8_t* picture() const {
      return film->picture({row, offset});
    }
  };

  explicit camera_source(std::vector<source_folder> folders);

  /// The next frame; null after the last one. Valid until the next call.
  const frame* next();

  /// Says that the picture of a frame is not what was recorded: if another
  /// folder has that frame, `next` gives it, too.
  /// Called right after its `picture` was null.
  void reject(const frame& x);

  /// Whether `next` has given all frames with these numbers.
  bool has_all(const frame_range& x) const {
    return seen_.missing_from(x).empty();
  }

  /// Frames that were there a second time, and left out.
  uint64_t doubles() const {
    return doubles_;
  }

  /// What could not be read of indexes and films, one line each.
  /// @pre `next` gave null.
  const std::vector<std::string>& faults() const {
    return faults_;
  }

  /// What frames were rejected with no other one in their place, one line each.
  std::vector<std::string> picture_faults() const;

  /// Frames that were rejected with no other one in their place.
  uint64_t rejects() const {
    return rejects_;
  }

private:
  struct waiting {
    size_t folder = 0;
    int64_t start_ns = 0; ///< On the first folder's clock, or before.
    recorded_piece piece;
  };

  struct reading {
    std::shared_ptr<source_film> film;
    size_t folder = 0;
    index_row row; ///< The present one, on the first folder's clock.
  };

  void open_due();
  bool step(reading& x);
  bool is_double(const frame& x);

  const std::vector<source_folder> folders_;
  std::vector<waiting> waiting_; ///< The next one is the last.
  std::vector<reading> readings_;
  frame current_;
  number_set seen_;
  std::deque<frame> recent_; ///< Without their films.
  uint64_t doubles_ = 0;
  uint64_t rejects_ = 0;
  std::vector<std::string> faults_;
  fault_list bad_pictures_;

  /// Those that another folder may have, and why; by run and number.
  std::map<std::pair<uint64_t, uint64_t>, std::string> rejected_;
};

} // namespace camnode
