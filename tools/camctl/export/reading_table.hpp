#pragma once

#include "messages/disk/session_records.hpp"
#include "tools/camctl/export/film_plan.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// The readings of one topic, or the markers, in one data folder.
struct reading_source {
  std::filesystem::path dir; ///< The data folder.
  topic_figures books;
  clock_lead ahead; ///< How far its clock is ahead of the first folder's.
};

/// By topic; markers are those of `marker_topic`.
using reading_sources = std::map<std::string, reading_source>;

/// What `sensors.csv` and `markers.csv` have.
struct reading_facts {
  std::map<std::string, uint64_t> readings; ///< By topic, markers included.
  std::vector<std::string> faults; ///< What could not be read, one line each.
  file_facts sensors;
  file_facts markers;
};

/// Writes `sensors.csv`: a row for each value of each reading, with the columns
/// `time_ns` (its arrival), `topic`, `key` and `value`; topic after topic,
/// each in order of time. A reading without a value has a row without `key` and
/// `value`. Writes `markers.csv`: a row for each marker, with the columns
/// `time_ns`, `text`, `source` and further keys.
/// @param go_on Called with each reading; returns false to give up.
/// @returns `ec::write_failed`, or `ec::unavailable` if it was told to give up.
caf::expected<reading_facts>
write_reading_tables(const std::filesystem::path& folder,
                     const reading_sources& sources, const time_cut& cut,
                     const std::function<bool()>& go_on);

} // namespace camnode
