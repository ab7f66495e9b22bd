#pragma once

#include "messages/node_report.hpp"

#include <caf/expected.hpp>

#include <string>
#include <string_view>

namespace camnode {

/// The most bytes of a report that are read: one of 256 cameras has 1 MB.
constexpr size_t max_node_report_bytes = size_t{32} << 20;

/// `x` as one JSON object, as API.md describes it for `/api/v1/node`.
std::string render_node_report(const node_report& x);

/// What `render_node_report` has made, perhaps of another version: keys that
/// are missing keep their defaults, and others are skipped.
/// @param text From the network; borrowed for the call.
/// @returns `ec::bad_message` with what is wrong and where.
caf::expected<node_report> parse_node_report(std::string_view text);

} // namespace camnode
