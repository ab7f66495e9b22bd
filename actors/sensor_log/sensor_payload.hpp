#pragma once

#include "actors/sensor_log/csv_table.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <string_view>

namespace camnode {

/// Decodes what a sensor publishes into the values of one CSV row.
///
/// A JSON object gives one value per leaf. The key of a nested one joins the
/// names on its way with dots, and counts array elements from 0: `a.b`, `a.0`.
/// Numbers stay as they were written, true and false are words, null and
/// empty objects and arrays are empty, texts are themselves without quotes.
/// The key `timestamp` becomes `payload.timestamp`, as the first column has
/// that name; t, ts and time stay as they are.
///
/// Anything else (a JSON array, a number, a text, bytes) is one value with the
/// key `value`: the payload as it is.
///
/// All texts come out as UTF-8: a byte that is not, and NUL, which CSV readers
/// trip over, becomes U+FFFD rather than costing the reading.
///
/// @param payload At most 256 KiB; borrowed for the call.
/// @returns The values, or `ec::bad_message` with a reason in one line for an
///          object with more than 32 levels, more than 1023 leaves, a key of
///          more than 256 bytes, or two leaves with the same key.
caf::expected<sensor_values> parse_sensor_payload(std::string_view payload);

} // namespace camnode
