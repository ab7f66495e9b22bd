#pragma once

#include "actors/session/manifest.hpp"
#include "actors/shared/recording_ledger.hpp"
#include "actors/shared/sensor_board.hpp"
#include "messages/server_info.hpp"
#include "messages/session_info.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

struct recovery_options {
  std::filesystem::path dir;      ///< `data.dir`.
  bool resume = true;             ///< Whether to go on with a session.
  std::string boot_id;            ///< `read_boot_id`, or a test's.
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
};

/// A camera of a session that goes on.
struct resumed_camera {
  server_info server; ///< Its address is empty where it is not known.
  recording_ledger_ptr ledger;
  std::vector<clock_record> clocks; ///< How its clock went.
};

/// A session that an earlier process left, and that goes on.
struct resumed_session {
  session_info session;
  std::vector<int64_t> resumed_ms; ///< All resumptions, this one included.
  std::vector<resumed_camera> cameras;
  sensor_board::topics sensors;
  std::vector<broker_outage> outages; ///< The last one lasts: nobody was there.
  std::map<std::string, uint32_t> restarts; ///< By actor, before this process.
};

/// Puts in order what a crash left in a data folder, before anything is
/// recorded: completes each file that is open, closes the sessions that cannot
/// go on in their manifests (`interrupted`), and finds the one that can: the
/// newest, of this run of the machine, as its clock goes on. Tells in the log
/// what it did, one line each. A manifest that cannot be read is left alone.
/// Deletes and overwrites no data. Blocks on the disk.
/// @returns The session to go on with, if there is one.
std::optional<resumed_session> recover(const recovery_options& options);

/// Which run of the machine this is; empty where the kernel does not say.
std::string read_boot_id();

} // namespace camnode
