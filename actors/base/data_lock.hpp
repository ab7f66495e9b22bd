#pragma once

#include "actors/base/file_ops.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <filesystem>
#include <optional>

namespace camnode {

/// Makes a data folder one process' own, for as long as the result lives:
/// what looks like left by a crash may be what another client is writing. Ends
/// with the process, however that ends.
/// @param patience How long to wait for a process that is about to end.
/// @returns `ec::open_failed` where another one has it. Without a lock, where
///          the file system has none.
caf::expected<unique_fd> lock_data(const std::filesystem::path& dir,
                                   std::chrono::milliseconds patience);

/// Whether a process has the data folder `dir` as its own now. A process
/// that wants to take it at that very instant has to try again.
/// @returns Nothing where that cannot be told.
std::optional<bool> is_data_locked(const std::filesystem::path& dir);

} // namespace camnode
