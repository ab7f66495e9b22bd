#pragma once

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <string>
#include <string_view>

namespace camnode {

/// Decides whether a server may answer a getIP request.
/// @param payload The topic that the request asks to be answered on.
/// @param prefix The only place for answers, without a slash at its end.
/// @returns No error for a topic below `prefix` of at most 256 bytes of UTF-8
///          without wildcards and control characters, else `ec::bad_message`
///          with a reason in one line.
caf::error check_reply_topic(std::string_view payload, std::string_view prefix);

/// Decodes the answer to a getIP request: an IPv4 or IPv6 address as text of at
/// most 64 bytes, with blanks around it allowed.
/// @returns The address in its usual spelling, or `ec::bad_message` with a
///          reason in one line.
caf::expected<std::string> parse_ip_answer(std::string_view payload);

} // namespace camnode
