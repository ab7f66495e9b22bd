#pragma once

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace camnode {

/// Names and texts of one reading, in the sensor's order.
using sensor_values = std::vector<std::pair<std::string, std::string>>;

// The first column: the time of a sensor's reading, ms, and of a marker, ns.
constexpr const char* sensor_time = "timestamp";
constexpr const char* marker_time = "time_ns";

/// The columns of one sensor's CSV file, which grow with the keys that come:
/// the time first, then each key in the order of its first appearance.
///
/// The format is RFC 4180, except that lines end with LF alone, as everything
/// around a lab's logs expects: fields with a comma, quote, CR or LF are in
/// quotes, quotes inside are doubled.
class csv_table {
public:
  /// Columns, that of the time included. Every row may have to be padded to
  /// this.
  static constexpr size_t max_columns = 1024;

  /// May be one more: there is always a place for what has no columns.
  static constexpr std::string_view undivided_column = "value";

  static constexpr size_t max_key_bytes = 256;

  struct row {
    std::string text; ///< One line, to be appended to the file.

    /// Whether the header has grown: the rows that the file has must be
    /// rewritten for it (`csv_widener`) before `text` is appended.
    bool widened;
  };

  /// @param columns That it begins with, the time's first.
  explicit csv_table(std::vector<std::string> columns = {sensor_time});

  /// The header as one line.
  std::string header() const;

  size_t columns() const {
    return columns_.size();
  }

  /// Places a reading in its columns; columns without a value stay empty.
  /// @param time In the unit of the first column.
  /// @returns The row, or `ec::bad_message` with a reason in one line if a key
  ///          is too long, is that of the time, comes twice or needs a column
  ///          too many. Then the header is as it was.
  caf::expected<row> make_row(int64_t time, const sensor_values& values);

private:
  caf::error check(const sensor_values& values) const;

  std::vector<std::string> columns_;
  std::unordered_map<std::string, size_t> positions_; ///< In `columns_`.
};

/// Rewrites a file of `csv_table` rows for a wider header: replaces the first
/// record and pads the others with empty fields. Takes the file in chunks of
/// any size, and needs memory for one record.
class csv_widener {
public:
  /// Copies what it needs from `table`.
  explicit csv_widener(const csv_table& table);

  /// Takes the next chunk of the old file.
  /// @returns The next chunk of the new file, in whole records: one that a
  ///          crash cut off is left out.
  std::string feed(std::string_view chunk);

private:
  void complete_record(std::string& out);

  const std::string header_;
  const size_t columns_;
  std::string record_; ///< Without its line end.
  size_t commas_ = 0;  ///< Field separators in `record_`.
  bool in_quotes_ = false;
  bool header_done_ = false;
};

/// Appends `field` to `out`, in quotes where it needs them.
void append_csv_field(std::string& out, std::string_view field);

using csv_records = std::vector<std::vector<std::string>>;

/// Parses a whole file by RFC 4180, with lines that end with LF or CRLF.
/// The last one may lack its end.
/// @returns The records, or `ec::bad_message` with the line of a field that is
///          never closed or is followed by neither comma nor line end.
caf::expected<csv_records> parse_csv(std::string_view text);

} // namespace camnode
