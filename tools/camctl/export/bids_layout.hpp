#pragma once

#include "messages/session_info.hpp"

#include <caf/error.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

struct export_options;
struct export_result;

/// What of a text may stand in a name of BIDS: its letters and digits, and `+`
/// for `@`; `x` if nothing is left.
std::string bids_label(std::string_view text);

/// Who was recorded, as the session's metadata says; empty if it does not.
std::string subject_of(const session_info& x);

/// The names that an export's films have after BEP047, the proposal for audio
/// and video of behaviour in BIDS (configs/DATASETS.md says as of when), and
/// the files that go with them.
class bids_layout {
public:
  /// @param subject Who was recorded.
  /// @param session Its label is taken for the task.
  /// @param films The names of all films, without an ending.
  bids_layout(const std::string& subject, const session_info& session,
              const std::vector<std::string>& films);

  /// Where a film is in the export's folder.
  std::string film_path(const std::string& film) const;

  /// Moves the films there, and writes what describes them: a sidecar each,
  /// `scans.tsv`, `dataset_description.json`, `README`, and `.bidsignore` for
  /// the export's own tables.
  /// @param folder Of the export, with its films by their own names.
  /// @returns `ec::open_failed`, `ec::write_failed` or `ec::sync_failed`.
  caf::error arrange(const std::filesystem::path& folder,
                     const export_options& options,
                     const export_result& x) const;

private:
  std::string task_;
  std::string prefix_;                        ///< `sub-<label>_ses-<label>`.
  std::string folder_;                        ///< `sub-<label>/ses-<label>`.
  std::map<std::string, std::string> labels_; ///< By film.
};

} // namespace camnode
