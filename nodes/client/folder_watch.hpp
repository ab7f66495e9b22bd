#pragma once

#include "actors/observed/alarm_board.hpp"

#include <filesystem>
#include <memory>

namespace camnode {

/// Looks now and then whether a client of the legacy system writes into our
/// data folder, and says so in the log and with an alarm, as it may rename our
/// films. On a thread of its own, as a disk may hang; the destructor does
/// not wait for a thread that waits for the disk.
class folder_watch {
public:
  /// @param alarms Outlives the object.
  folder_watch(std::filesystem::path dir, alarm_board& alarms);

  ~folder_watch();

private:
  struct state;

  const std::shared_ptr<state> state_;
};

} // namespace camnode
