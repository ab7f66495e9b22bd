#pragma once

#include "messages/disk/frame_index.hpp"
#include "messages/disk/record_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// What a film of an export shows where the camera has no frame.
enum class frame_fill : uint8_t {
  none,   ///< It has one.
  repeat, ///< The frame before; at the beginning, the first one.
  black,
};

/// As tables and `--fill` have it; empty for `none`.
const char* to_string(frame_fill x);

/// What the table of an exported film says of one of its frames: row n is
/// frame n. Times are UTC ns on the session clock.
struct table_row {
  uint64_t frame = 0;
  std::optional<int64_t> time_ns; ///< When the picture was captured; nothing of
                                  ///< a black one, as for all but the last two.
  uint64_t epoch = 0;             ///< The run of the server.
  uint64_t sequence = 0; ///< Its number in there; 0, an empty field: unknown.
  std::optional<int64_t> error_ns; ///< What `time_ns` is off by at most;
                                   ///< nothing where nobody can tell.
  frame_fill filled = frame_fill::none;
  int32_t exposure_us = -1; ///< -1, an empty field: unknown.
  uint32_t flags = 0;       ///< As the index has them.
  uint64_t bytes = 0;       ///< Of the JPEG that the film was made of.
  uint64_t xxh3 = 0;        ///< Its checksum.
};

/// What it says of a frame that was recorded.
table_row table_row_of(const index_row& x);

/// The first line of such a table, with its newline.
constexpr std::string_view table_header
  = "frame,time_ns,epoch,sequence,error_ns,filled,exposure_us,flags,bytes,"
    "xxh3\n";

/// Appends `x` as one line.
void append_row(std::string& out, const table_row& x);

/// Reads what `append_row` wrote.
/// @param line One line without its newline.
/// @returns Nothing for any other text.
std::optional<table_row> parse_table_row(std::string_view line);

/// Reads a table from its first row to its last.
class table_reader {
public:
  explicit table_reader(const std::filesystem::path& path);

  /// @returns false after the last row, or where `fault` is.
  bool next(table_row& out);

  /// What is wrong, in one line; empty if nothing is.
  const std::string& fault() const {
    return fault_;
  }

private:
  const std::string path_;
  record_reader lines_;
  uint64_t rows_ = 0;
  std::string fault_;
};

} // namespace camnode
