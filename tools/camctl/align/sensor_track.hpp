#pragma once

#include "messages/disk/readings_reader.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// What a sensor's key was at one instant.
struct sensor_value {
  std::string text;
  int64_t time_ns = 0; ///< Of the nearer reading, where two were used.
};

/// The readings of one topic in one session, key by key, as time goes on. Looks
/// `look_ahead_ns` ahead at most, which bounds its memory.
class sensor_track {
public:
  static constexpr int64_t look_ahead_ns = 60'000'000'000;

  /// @param folder Of the topic.
  /// @param stems Of its files, in order.
  sensor_track(std::filesystem::path folder, std::vector<std::string> stems);

  /// All keys of all files, in the order of their first appearance.
  const std::vector<std::string>& keys() const {
    return reader_.keys();
  }

  /// Goes on to `time_ns`. @pre Not before the last one.
  void advance(int64_t time_ns);

  /// The reading of key number `i` that is nearest to the time; nothing where
  /// there is none.
  std::optional<sensor_value> nearest(size_t i) const;

  /// The value on the line between the readings around the time, where both
  /// are numbers and at most `reach_ns` away; else the nearest one.
  std::optional<sensor_value> interpolated(size_t i, int64_t reach_ns) const;

  /// What could not be read, one line each.
  const std::vector<std::string>& faults() const {
    return reader_.faults();
  }

private:
  struct series {
    std::optional<sensor_value> before; ///< At the time, or earlier.
    std::deque<sensor_value> after;     ///< Later.
  };

  /// Reads one record into the series.
  bool read();

  readings_reader reader_;
  std::vector<series> series_;
  int64_t time_ns_ = 0;
  int64_t read_ns_ = 0; ///< How far was read.
  bool over_ = false;
};

} // namespace camnode
