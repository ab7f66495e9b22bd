#pragma once

#include "actors/recorder/segment_check.hpp"
#include "actors/sensor_log/sensor_check.hpp"
#include "actors/session/manifest.hpp"
#include "nodes/verify/data_folder.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// A piece of a camera, and what was found in it.
struct checked_film {
  listed_piece piece;
  segment_facts facts;
};

/// A piece of a sensor, and what was found in it.
struct checked_readings {
  listed_piece piece;
  sensor_facts facts;
};

/// What became of one camera in one session.
struct camera_audit {
  uint64_t films = 0;
  uint64_t frames = 0; ///< In films.
  uint64_t bytes = 0;  ///< Of their JPEGs.
  uint64_t rebuilt = 0;
  uint64_t captured = 0; ///< As the manifest says, like the next ones.
  uint64_t recorded = 0;
  uint64_t lost = 0;
  std::map<std::string, uint64_t> lost_by_place;
  std::vector<std::string> losses; ///< Named by the manifest.
  std::vector<std::string> faults; ///< Files and books that do not agree.
};

/// What became of one sensor in one session.
struct sensor_audit {
  uint64_t files = 0;
  uint64_t rows = 0;
  uint64_t received = 0; ///< As the manifest says, like the next ones.
  uint64_t written = 0;
  uint64_t rejected = 0;
  std::vector<std::string> losses;
  std::vector<std::string> faults;
};

/// Compares the books of a camera with its files.
/// @param films In the order of their starts.
camera_audit audit_camera(const manifest_camera& books,
                          const std::vector<checked_film>& films);

/// Likewise of a sensor.
sensor_audit audit_sensor(const topic_figures& books,
                          const std::vector<checked_readings>& files);

} // namespace camnode
