#pragma once

#include "messages/disk/frame_index.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
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

/// Adds a number to `ranges`, which are in order.
/// @param ns When that frame was captured.
void add_number(std::vector<frame_range>& ranges, uint64_t epoch,
                uint64_t sequence, int64_t ns = 0);

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

/// The largest index that is read: ten million frames.
constexpr uint64_t max_index_bytes = uint64_t{2} << 30;

/// Reads the whole rows of an index, up to the first line that is none.
/// @param path For the error's text only.
/// @returns `ec::open_failed` for what is no file, cannot be read, or is larger
///          than `max_index_bytes`.
caf::expected<std::vector<index_row>>
read_rows(int fd, const std::filesystem::path& path);

} // namespace camnode
