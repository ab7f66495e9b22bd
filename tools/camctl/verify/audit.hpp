#pragma once

#include "messages/disk/data_folder.hpp"
#include "messages/disk/manifest.hpp"
#include "messages/disk/sensor_check.hpp"
#include "tools/camctl/verify/piece_check.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// A piece of a camera, and what was found in it.
struct checked_piece {
  listed_piece listed;
  piece_facts facts;

  /// It may be being written: what its index and its film both have was
  /// counted, no more (`film_frames`).
  bool growing = false;
  bool counted = false; ///< It is growing, and that could be counted.
  bool gone = false;    ///< It was growing, and has another name by now.
};

/// A piece of a sensor, and what was found in it.
struct checked_readings {
  listed_piece listed;
  sensor_facts facts;
  bool gone = false; ///< It has another name by now.
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
  std::vector<std::string> losses;        ///< Named by the manifest, in words.
  std::vector<recorded_loss> lost_frames; ///< Those, exactly.
  std::vector<recorded_break> breaks;     ///< As the manifest has them.
  std::vector<std::string> faults; ///< Files and books that do not agree.
  std::vector<std::string> open;   ///< Files that are not complete, by right.
  uint64_t open_frames = 0;        ///< In both their indexes and films.
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
  std::vector<std::string> open; ///< Files that are not complete, by right.
};

/// Compares the books of a camera with its files.
/// @param pieces In the order of their starts.
/// @param over Whether its session is. If not, files may be open, and newer
///        than the books: then only what is complete is compared, file by file,
///        and what the books call durable must be in files.
/// @param near_ns Times of that day are told without a date; UTC ns.
camera_audit audit_camera(const manifest_camera& books,
                          const std::vector<checked_piece>& pieces,
                          bool over = true, int64_t near_ns = 0);

/// Compares the books of a sensor with its files.
sensor_audit audit_sensor(const topic_figures& books,
                          const std::vector<checked_readings>& files,
                          bool over = true);

/// That a number is one thing in the files and another one in the manifest.
std::string differs(const char* what, uint64_t in_files, uint64_t in_books);

} // namespace camnode
