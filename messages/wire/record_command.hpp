#pragma once

#include "messages/record_command.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <string_view>

namespace camnode {

/// Decodes a payload of the record command topic: the text `start`, `true` or
/// `recording_start`, or `stop`, `false` or `recording_stop`, in any case and
/// with blanks around it; or a JSON object with one of these as `action` and,
/// for a start, `label`, `duration_s` (seconds, 0.1 to 30 days), `force` and
/// `without_missing` (true or false) and `metadata` (`read_metadata`) where
/// wanted. A stop's label says which session is meant, its duration is checked
/// and dropped; metadata of a stop are refused, and so is a command with any
/// other key, as it would not do what its sender wants.
/// @param payload At most 256 KiB; borrowed for the call.
/// @returns The command, or `ec::bad_message` with a reason in one line that
///          quotes at most 40 characters of the payload.
caf::expected<record_command> parse_record_command(std::string_view payload);

} // namespace camnode
