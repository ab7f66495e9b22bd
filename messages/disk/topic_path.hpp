#pragma once

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <string>
#include <string_view>

namespace camnode {

/// Maps an MQTT topic to the relative path of its directory, one directory per
/// level. Bytes outside `[A-Za-z0-9._-]` are percent-encoded, and so are the
/// dots of the levels "." and ".." and the last dot of a level that ends like
/// a file of the log (`.csv`, `.part`), so that no topic leaves the data
/// folder or takes the place of a file. An empty level is a lone `%`.
/// Distinct topics have distinct paths.
/// @param topic Borrowed for the call. Need not be UTF-8.
/// @returns The path, or `ec::bad_message` with a reason in one line for an
///          empty topic, more than 16 levels, a level of more than 200 bytes
///          once encoded (file systems end at 255), or a NUL.
caf::expected<std::string> topic_path(std::string_view topic);

/// The inverse: the topic whose directory `path` is. For other paths, some
/// text that `topic_path` does not make `path` of.
std::string topic_of(std::string_view path);

} // namespace camnode
