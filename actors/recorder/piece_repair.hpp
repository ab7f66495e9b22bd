#pragma once

#include "messages/disk/broken_pieces.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// What became of such a piece.
struct piece_repair {
  std::string stem; ///< Of its final name; empty: there was nothing to keep.
  uint64_t frames = 0;
  uint64_t bytes = 0;      ///< Of their JPEGs.
  uint64_t rebuilt = 0;    ///< Of these, those that had no row.
  uint64_t frames_cut = 0; ///< Whole by their form, but not their content,
                           ///< or doubled.
  uint64_t doubled = 0;    ///< Of these, those that are whole in others.
  uint64_t bytes_cut = 0;  ///< Off the film, those of `frames_cut` included.
  uint64_t rows_cut = 0;   ///< Off the index.
  bool set_aside = false;  ///< Its files end in `.damaged` now.
};

/// Completes a piece that a crash or a power cut left: keeps the frames that
/// are whole, gives each a row of the index, cuts both files to the same
/// frames, closes the film (`close_film`) and gives both their final names; the
/// end is that of the last frame where no name has one. A frame that has no row
/// gets one with the flag `rebuilt`. What was begun and has no frame yet is
/// removed; what holds none that may be the disk's fault is set aside: renamed
/// to `.damaged`. Overwrites nothing. Whenever it is ended half-way, a further
/// call completes it.
///
/// Whose the files are is for the caller to know (messages/disk/file_judge).
/// Even so, nothing is removed that does not begin as camnode begins its files,
/// and an index that does not, or a complete film without a frame of camnode's,
/// is left as it is, with an error.
///
/// Pictures are looked at where they may be damaged only: those of the last 5
/// seconds, which may not have been synced, and those without a row.
///
/// Frames at the end that are whole in complete pieces after this one, too,
/// are not kept here (`count_doubled`): so complete those after it first. No
/// other frame that is whole is ever cut off.
///
/// @returns `ec::open_failed`, `ec::write_failed` or `ec::sync_failed`; then
///          what could not be done is left for another call.
caf::expected<piece_repair> repair_piece(const broken_piece& x);

} // namespace camnode
