#pragma once

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace camnode {

/// What was found in an export.
struct export_audit {
  uint64_t films = 0;
  uint64_t frames = 0;             ///< In all of them.
  uint64_t files = 0;              ///< Of tables and other films.
  std::vector<std::string> faults; ///< What is not as it was exported.
};

/// Whether a folder is one that `camctl export` made.
bool is_export(const std::filesystem::path& dir);

/// Reads an export, every byte of it: whether all films and tables are there,
/// each film has the frames that its table says, in that order, and each
/// picture and table is what was exported. Changes nothing.
/// @param on_progress Called often, with what is read of what there is to read,
///        in bytes. May be empty.
/// @returns `ec::open_failed` if `dir` is no export.
caf::expected<export_audit> check_export(
  const std::filesystem::path& dir,
  const std::function<void(uint64_t done, uint64_t all)>& on_progress);

/// For people: what there is, and a line for each fault.
std::string render_text(const export_audit& x);

/// For programs: JSON.
std::string render_json(const export_audit& x);

} // namespace camnode
