#pragma once

#include "messages/disk/frame_track.hpp"
#include "messages/disk/session_records.hpp"
#include "messages/wire/jpeg_header.hpp"
#include "tools/camctl/export/window_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace camnode {

/// One recorded film with its index, read from its beginning to its end.
class source_film {
public:
  /// A frame, and where its JPEG is.
  struct place {
    index_row row;
    uint64_t offset = 0;
  };

  /// @param folder Of the camera.
  source_film(const std::filesystem::path& folder, const recorded_piece& x);

  /// Goes on to the next frame. @returns false after the last one.
  bool next();

  /// The present one. @pre The last `next` was true.
  const place& now() const {
    return now_;
  }

  picture_size size() const {
    return size_;
  }

  /// The JPEG of a frame, until the next call.
  /// @returns Null where it is not what was recorded; `picture_fault` has why.
  const uint8_t* picture(const place& x);

  const std::string& picture_fault() const {
    return picture_fault_;
  }

  /// What could not be read of index and film, one line each.
  /// @pre `next` was false.
  std::vector<std::string> faults() const;

private:
  bool read_beginning();
  bool end(const std::string& why);

  /// Whether a row of the index can be the next one.
  bool is_sound(const index_row& x) const;

  std::string at_frame(uint64_t n) const;

  const recorded_piece piece_;
  frame_track index_;
  window_reader film_;
  const std::string path_;
  picture_size size_;
  place now_;
  uint64_t rows_ = 0;
  uint64_t offset_ = 0; ///< Of what is before the next JPEG.
  bool ended_ = false;
  std::vector<std::string> faults_;
  std::string picture_fault_; ///< The last one, in one line.
};

} // namespace camnode
