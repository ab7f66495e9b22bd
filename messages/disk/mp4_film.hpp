#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// Time units per second in a film: all its times are microseconds.
constexpr uint32_t mp4_timescale = 1'000'000;

struct mp4_fragment;

/// What a film's header says of its one track, of JPEGs.
struct mp4_track {
  uint64_t created_s = 0; ///< UTC, seconds since 1904, as MP4 counts.
  uint16_t width = 0;     ///< Pixels, as `height`.
  uint16_t height = 0;
};

bool operator==(const mp4_track& x, const mp4_track& y);

/// The track of a film that starts at `start_ms`: UTC ms, not before 1970.
mp4_track mp4_track_of(int64_t start_ms, uint16_t width, uint16_t height);

/// Where the 16 bytes stand that make a film an ordinary MP4: after `ftyp`, and
/// so in the first sector of the file, which a disk writes as one.
constexpr size_t mp4_switch_at = 28;
constexpr size_t mp4_switch_size = 16;

/// These bytes while a film is open: an empty box. What follows is `moov`, and
/// a fragment for each frame.
std::string mp4_open_switch();

/// These bytes when it is closed: the header of one `mdat` that spans all up
/// to `end`, where the `moov` with the tables begins.
std::string mp4_closed_switch(uint64_t end);

/// What a film begins with: `ftyp`, the open switch, `moov`. Of one size,
/// whatever is in it.
std::string mp4_head(const mp4_track& x);

/// Reads what `mp4_head` wrote, whatever the switch is.
/// @param head The beginning of a file, as much as there is of it.
/// @returns Nothing for any other bytes.
std::optional<mp4_track> parse_mp4_head(std::string_view head);

/// The frames of one film, for the tables at its end: 8 bytes each.
class mp4_frames {
public:
  /// Adds the next frame.
  /// @pre Its time is later than that of the one before.
  void add(const mp4_fragment& x);

  /// Forgets all but the first `n` frames. None can be added then.
  void cut(size_t n);

  size_t size() const {
    return frames_.size();
  }

  /// The `moov` that makes a film of these frames an ordinary MP4: where each
  /// frame is, and how long it lasts, which is until the next one; of the last
  /// one, the usual interval (the median). An empty edit says when the first
  /// one begins.
  /// @returns Nothing where no table can say that: without a frame, or where
  ///          two of them are more than 35 minutes apart.
  std::string tables(const mp4_track& x) const;

private:
  struct entry {
    uint32_t after_us; ///< The one before; of the first one: how long it lasts.
    uint32_t jpeg_bytes;
  };

  /// How long each frame lasts, us.
  std::vector<uint32_t> durations() const;
  std::string size_table() const;
  std::string place_table() const;

  std::vector<entry> frames_;
  uint64_t first_us_ = 0;
  uint64_t last_us_ = 0; ///< Of the last one added.
};

} // namespace camnode
