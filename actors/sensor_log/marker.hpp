#pragma once

#include "messages/disk/csv_table.hpp"

#include <caf/expected.hpp>

#include <cstddef>
#include <string_view>

namespace camnode {

/// A marker, whole as it came: far more than anybody notes while an experiment
/// goes on.
constexpr size_t max_marker_bytes = 4096;

constexpr size_t max_marker_keys = 64; ///< `text` and `source` among them.

/// The columns of the file that markers are in; further keys come after them.
csv_table marker_table();

/// Decodes a marker into the values of its row. A JSON object with a `text`
/// gives one value for each leaf, as a sensor's reading does
/// (`parse_sensor_payload`); anything else is the text itself.
/// @param payload Borrowed for the call.
/// @param source Which way it came; a `source` of its own counts instead.
/// @returns The values, or `ec::bad_message` with a reason in one line.
caf::expected<sensor_values> parse_marker(std::string_view payload,
                                          std::string_view source);

/// The marker with all that came as its text: needs no further columns.
sensor_values undivided_marker(std::string_view payload,
                               std::string_view source);

} // namespace camnode
