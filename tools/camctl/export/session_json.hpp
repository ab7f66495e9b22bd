#pragma once

#include "messages/disk/mp4_even_film.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

struct export_options;
struct export_result;

/// The file of an export that says what is in it.
constexpr const char* session_json_name = "session.json";

/// Its text.
std::string render_session_json(const export_options& options,
                                const export_result& x);

/// What it says of a film.
struct listed_film {
  std::string name;   ///< Of its table, without an ending.
  std::string path;   ///< In the export's folder.
  bool copied = true; ///< Whether it has the cameras' own JPEGs.
  uint64_t frames = 0;
  uint64_t bytes = 0;
  film_rate rate;
};

/// What it says of the files of an export.
struct export_listing {
  std::vector<listed_film> films;

  /// Those whose bytes all count, by name.
  std::map<std::string, file_facts> files;
};

/// Reads the list of files out of what `render_session_json` wrote. Any text
/// is safe: names that could lead out of the export's folder are refused.
/// @returns `ec::bad_message` with what is wrong, in one line.
caf::expected<export_listing> parse_session_json(std::string_view text);

} // namespace camnode
