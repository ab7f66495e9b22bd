#pragma once

#include "messages/disk/mp4_film.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <filesystem>

namespace camnode {

/// Makes an open film an ordinary MP4, and promises that all of it survives a
/// power cut. Cuts it to `end`, appends the tables and syncs; turns the switch
/// and syncs. Whenever it is ended half-way, all frames are in the fragments
/// still, and until the switch is turned, players take the film for the open
/// one that it was.
///
/// A film that no table can describe (`mp4_frames`) stays fragmented; so does
/// one whose tables the disk does not take, which is logged.
///
/// @param fd Of a film whose switch is open. What is written to it later goes
///        where its offset is, also if it was opened for appending.
/// @param path For texts only.
/// @param end That of the last one of `frames`.
/// @returns `ec::write_failed`, or `ec::sync_failed`; then the switch is open
///          again as far as the disk lets it, and the file as long as it is.
caf::error close_film(int fd, const std::filesystem::path& path, uint64_t end,
                      const mp4_track& track, const mp4_frames& frames);

/// Cuts an open film to `end`, and promises that.
/// @returns `ec::write_failed` or `ec::sync_failed`.
caf::error cut_film(int fd, const std::filesystem::path& path, uint64_t end);

/// Turns the switch of a film back, so that it can be cut and closed again, and
/// promises that.
/// @returns `ec::write_failed` or `ec::sync_failed`.
caf::error reopen_film(int fd, const std::filesystem::path& path);

} // namespace camnode
