#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace camnode {

/// What a sensor's file holds, as far as it is whole.
struct sensor_facts {
  uint64_t rows = 0;       ///< Readings.
  uint64_t columns = 0;    ///< Of the header; 0: it has none.
  uint64_t size = 0;       ///< Of all that was fed.
  uint64_t whole_size = 0; ///< Of the header and the rows.
  int64_t first_ms = 0;
  int64_t last_ms = 0;
  bool cut = false;  ///< The fault is that the last record has no end.
  std::string fault; ///< Why nothing counts after that; empty: all is whole.
};

/// Reads a file of `csv_table` rows: a header that begins with `timestamp` (ms)
/// or `time_ns`, and records with as many fields and a time in front. Stops
/// counting at the first one that is none. Any bytes are safe; memory is that
/// of one number.
class sensor_check {
public:
  void feed(std::string_view chunk);

  /// To be called at the end of the file.
  sensor_facts finish();

private:
  void end_record();
  void fail(std::string why);

  sensor_facts facts_;
  int64_t per_ms_ = 1;      ///< Units of the time in a millisecond.
  std::string first_field_; ///< As far as a time or its name is long.
  uint64_t commas_ = 0;
  uint64_t size_ = 0; ///< Of the record that is being read.
  bool in_quotes_ = false;
  bool has_nul_ = false;
};

} // namespace camnode
