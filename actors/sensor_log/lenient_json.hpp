#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

struct json_member;

/// A value within a JSON text, which it borrows from.
struct json_value {
  /// As it was written.
  std::string_view source;

  /// Of a text: without quotes and escapes; any bytes. Of a number or word: as
  /// it was written, of null: empty. Of what is nested: empty.
  std::string text;

  /// Of an object: in the order of the first appearance of their names, each
  /// with its last value. Of an array: with the names 0, 1, 2.
  std::vector<json_member> members;

  /// Values that are not nested, or are empty objects and arrays.
  size_t leaves() const;
};

struct json_member {
  std::string name; ///< Any bytes.
  json_value value;
};

/// Parses an object as Python's `json.loads` does, and then some: a value may
/// be any word of `[A-Za-z0-9+-._]` (NaN, -Infinity, 1e400, .5), a text may
/// hold any byte (not UTF-8, line breaks), the last one of two equal names
/// wins. A byte order mark in front and NULs at the end do not matter. A half
/// of a surrogate pair that is alone becomes the three bytes that UTF-8 would
/// have for it.
/// @param max_depth Objects and arrays within each other; what is nested deeper
///        is a value whose text is its source.
/// @returns Nothing for what is no object, or not even lenient JSON.
std::optional<json_value> parse_lenient_object(std::string_view text,
                                               size_t max_depth);

} // namespace camnode
