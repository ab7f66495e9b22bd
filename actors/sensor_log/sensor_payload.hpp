#pragma once

#include "messages/disk/csv_table.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// Decodes what a sensor publishes into the values of one CSV row.
///
/// A JSON object gives one value per leaf. The key of a nested one joins the
/// names on its way with dots, and counts array elements from 0: `a.b`, `a.0`.
/// Numbers and other words stay as they were written (NaN, 1e400 and .5, too),
/// true and false are words, null and empty objects and arrays are empty,
/// texts are themselves without quotes. Of a name that comes twice in one
/// object, the last value counts. The key `timestamp` becomes
/// `payload.timestamp`, as the first column has that name; t, ts and time stay
/// as they are.
///
/// What cannot be columns is kept as the JSON that it was: an object or array
/// of more than 32 levels as one value there; a member of the outermost object
/// as one value with its own key, where a key of more than 256 bytes or one
/// that another value has is in it, or, largest first, where the reading has
/// more than 1023 leaves.
///
/// Anything else (a JSON array, a number, a text, bytes, an object that cannot
/// be taken apart so) is one value with the key `value`: the payload as it is.
///
/// All keys and texts come out as `cell_text`, so as UTF-8.
///
/// @param payload At most 256 KiB; borrowed for the call.
/// @returns The values, or `ec::bad_message` with a reason in one line.
caf::expected<sensor_values> parse_sensor_payload(std::string_view payload);

/// The values of a JSON object, as above.
/// @param time_column A key of that name becomes `payload.` and the name.
/// @returns Nothing for what is no object, or cannot be taken apart.
std::optional<sensor_values> object_columns(std::string_view payload,
                                            const std::string& time_column);

/// The payload as it is, as one value with the key `value`.
sensor_values undivided_payload(std::string_view payload);

} // namespace camnode
