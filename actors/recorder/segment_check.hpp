#pragma once

#include "actors/recorder/frame_index.hpp"
#include "actors/recorder/mp4_fragment.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// Frames with consecutive numbers.
struct frame_range {
  uint64_t epoch = 0;
  uint64_t first = 0;
  uint64_t last = 0;    ///< Included.
  int64_t first_ns = 0; ///< When the first one was captured, session clock.
};

/// Things that are wrong, in words: the first ones, and how many there are.
class fault_list {
public:
  static constexpr size_t max_texts = 8;

  void add(std::string text) {
    if (texts_.size() < max_texts)
      texts_.push_back(std::move(text));
    ++count_;
  }

  bool empty() const {
    return count_ == 0;
  }

  /// One line each; the last one tells of those left out.
  std::vector<std::string> texts() const;

private:
  std::vector<std::string> texts_;
  uint64_t count_ = 0;
};

/// What an index says, as far as it is one.
struct index_facts {
  uint64_t rows = 0;  ///< Whole rows in front of the first line that is none.
  uint64_t bytes = 0; ///< Of JPEGs.
  uint64_t whole_size = 0; ///< Of the header and these rows; 0: no header.
  uint64_t rebuilt = 0;    ///< Rows without a number.
  int64_t first_capture_ns = 0;
  int64_t last_capture_ns = 0;
  uint32_t last_flags = 0;         ///< Of the last row with a number.
  std::vector<frame_range> ranges; ///< In the order of the rows.
};

/// Reads the text of an index. Any text is safe; memory is that of the ranges.
/// @param on_row Called for each row, in order. May be empty.
index_facts
read_index(std::string_view text,
           const std::function<void(const index_row&)>& on_row = nullptr);

/// What a segment's two files hold.
struct segment_facts {
  index_facts index;
  uint64_t film_frames = 0;
  uint64_t film_bytes = 0; ///< Of the JPEGs in the film.
  fault_list faults;
};

/// Reads a whole segment, each picture included, and compares the film with
/// its index: frames, sizes, times, checksums, and the times in its name.
/// @param film_size The file's size; `film` is never asked for more.
/// @param index The text of the index.
/// @param end_ms The end in the name; 0: it has none yet.
/// @param on_bytes Told now and then how much has been read. May be empty.
segment_facts
check_segment(uint64_t film_size, const mp4_reader& film,
              std::string_view index, int64_t start_ms, int64_t end_ms,
              const std::function<void(uint64_t)>& on_bytes = nullptr);

/// Adds a number to `ranges`, which are in order.
/// @param ns When that frame was captured.
void add_number(std::vector<frame_range>& ranges, uint64_t epoch,
                uint64_t sequence, int64_t ns = 0);

} // namespace camnode
