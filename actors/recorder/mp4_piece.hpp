#pragma once

#include "actors/recorder/piece_writer.hpp"

#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <filesystem>

namespace camnode {

/// Opens a piece in directory `dir`, which is created where it is missing:
/// `<start_ms>.mp4.part`, the JPEGs as they are, each in a fragment of its own,
/// and `<start_ms>.csv.part`, their index. Closing makes the film an ordinary
/// MP4 (`close_film`) and renames them to `<start_ms>-<end_ms>.mp4` and `.csv`.
/// No file is ever overwritten. 8 bytes a frame are kept for the tables until
/// then: 15 KB for a minute of 30 frames a second.
///
/// The index is at most one row ahead of the pictures: the row is written
/// first, so that a process that is killed in between leaves a row without a
/// picture, never a picture of unknown origin. Presentation times are
/// microseconds since `start_ms`, rounded down. A frame's duration is a guess,
/// the distance to the frame before it, as the next one is not known yet; what
/// counts are the times.
///
/// After a failed write both files are cut back to the last whole frame and
/// take no more frames, but can be synced and closed. After a failed sync they
/// are cut back to what was durable before: as nobody knows what else the disk
/// kept, the caller is to write it anew. They take no more frames, and can be
/// closed.
///
/// Two frames of one microsecond, like any frame that is not after the one
/// before it, are refused with `ec::bad_message`; so is an end before the
/// start. A name that is taken is `ec::open_failed` when opening; when closing
/// it is `ec::write_failed`; then it takes no more frames, and can be closed
/// under another name.
///
/// @param start_ms UTC milliseconds, 0 to the year 2262.
/// @param width Pixels, as `height`; not 0.
/// @param frame_period What to expect between two frames, for the duration of
///        the first one.
/// @returns `ec::open_failed`, `ec::write_failed` or `ec::sync_failed`.
caf::expected<piece_writer_ptr> open_mp4_piece(const std::filesystem::path& dir,
                                               int64_t start_ms, uint16_t width,
                                               uint16_t height,
                                               caf::timespan frame_period);

} // namespace camnode
