#pragma once

#include "messages/disk/manifest.hpp"
#include "nodes/recovery/resume_session.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace camnode {

struct recovery_options {
  std::filesystem::path dir;      ///< `data.dir`.
  bool resume = true;             ///< Whether to go on with a session.
  std::string boot_id;            ///< `read_boot_id`, or a test's.
  std::function<int64_t()> clock; ///< `client_clock_ns`, or a test's.
};

/// Puts in order what a crash left in a data folder, before anything is
/// recorded: completes each open file, closes the unfinished sessions that
/// cannot go on in their manifests (`interrupted`), and finds the one that can:
/// the newest, of this run of the machine, as its clock goes on. Tells in the
/// log what it did, one line each. What cannot be put in order is named there
/// with the reason, left alone, and holds up nothing else. Deletes and
/// overwrites no data. Blocks on the disk.
/// @returns The session to go on with, if there is one.
std::optional<resumed_session> recover(const recovery_options& options);

/// Which run of the machine this is; empty where the kernel does not say.
std::string read_boot_id();

} // namespace camnode
