#pragma once

#include "tools/camctl/export/encoded_output.hpp"
#include "tools/camctl/export/film_maker.hpp"
#include "tools/camctl/export/reading_table.hpp"
#include "tools/camctl/export/row_table.hpp"
#include "tools/camctl/export/session_source.hpp"
#include "tools/camctl/export/spoken_time.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

struct export_options {
  std::vector<std::filesystem::path> dirs; ///< Data folders: at least one.
  std::string session;                     ///< Start, label or manifest's name.
  std::filesystem::path out; ///< Where the export's folder is to be.
  std::string version;       ///< Of this program.

  /// Whether all cameras are on one grid of instants.
  bool locked = false;
  std::optional<film_rate>
    rate; ///< Of the grid; nothing: the fastest camera's.
  frame_fill fill = frame_fill::repeat; ///< What is shown in its holes.
  std::optional<encoding> encode;       ///< Nothing: the cameras' own JPEGs.
  bool grid_film = false; ///< One more film, of all that are locked.
  bool bids = false;      ///< Names after BIDS (`bids_layout`).
  std::string subject;    ///< Of BIDS; empty: as the session's metadata says.
  std::optional<spoken_time> from;
  std::optional<spoken_time> until; ///< Not included.

  /// Called often, on any thread, with what is done of what there is to do.
  /// @returns false to give up. May be empty.
  std::function<bool(uint64_t done, uint64_t all)> on_progress;
};

/// A film of an export.
struct exported_film {
  film_plan plan;
  std::string path; ///< In the export's folder.
  film_rate rate;
  film_counts counts;
  file_facts film; ///< Of one that is copied, the size alone.
  file_facts table;
};

/// What became of a camera.
struct exported_camera {
  uint64_t recorded = 0; ///< As the manifests say.
  uint64_t doubles = 0;  ///< Frames that were there twice, left out once.
  std::string time;      ///< What its times are, as the manifest has it.
  std::vector<std::string> losses; ///< Named by the manifests.
  std::vector<std::string> faults; ///< What should be there, and was left out.
};

struct export_result {
  std::filesystem::path folder;
  std::vector<session_source> sources;
  time_cut cut;
  std::map<std::string, exported_camera> cameras; ///< By id.
  std::vector<exported_film> films;
  std::optional<instant_grid> grid; ///< If they are locked.
  std::optional<file_facts> grid_film;
  row_facts rows;
  reading_facts readings;
  std::vector<std::string> notes; ///< For whoever asked, one line each.

  /// Whether something is left out that should be there.
  bool faulty() const;
};

/// Makes a folder of films and tables of a session. It gets its name,
/// `<out>/<name of the manifest>`, when all films were read back and proved;
/// whatever fails before, there is nothing of that name.
/// @returns `ec::open_failed` if there is no such session, nothing in it, or
///          something of that name; `ec::write_failed` if it cannot be made;
///          `ec::sync_failed` if it is there, but a power cut may take it;
///          `ec::bad_message` if what was written is read back otherwise;
///          `ec::unavailable` if it was told to give up.
caf::expected<export_result> export_session(const export_options& options);

/// For people: a table, and a line for each thing that is missing.
std::string render_text(const export_result& x);

} // namespace camnode
