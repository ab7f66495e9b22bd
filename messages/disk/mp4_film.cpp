#include "messages/disk/mp4_film.hpp"

#include "messages/disk/mp4_boxes.hpp"
#include "messages/disk/mp4_fragment.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace camnode {

namespace {

using namespace std::string_view_literals;

/// From 1904, where MP4 begins to count, to 1970.
constexpr uint64_t mp4_epoch_s = 2'082'844'800;

/// The longest time between two frames that a table may say: some players
/// (GStreamer) end at a longer one.
constexpr uint32_t max_interval_us = std::numeric_limits<int32_t>::max();

constexpr auto max_moov_size = std::numeric_limits<uint32_t>::max();
constexpr uint32_t version_1 = 0x01000000; // Has times of 64 bits.
constexpr uint32_t track_id = 1;
constexpr auto no_turn
  = "\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0"sv;
static_assert(no_turn.size() == 36);

/// That a stream is of JPEGs (ISO/IEC 14496-1): descriptors, each with its
/// type and size; rates and sizes of buffers are left open.
constexpr auto jpeg_descriptor
  = "\0\0\0\0"
    "\x03\x80\x80\x80\x1b\0\1\0"
    "\x04\x80\x80\x80\x0d\x6c\x11\0\0\0\0\0\0\0\0\0\0\0"
    "\x06\x80\x80\x80\1\2"sv;
static_assert(jpeg_descriptor.size() == 36);

/// When the track's first frame begins, how long all last, and the tables.
struct track_content {
  uint64_t first_us = 0;
  uint64_t duration_us = 0;
  std::string tables;
};

class moov_writer {
public:
  moov_writer(std::string& out, const mp4_track& x, const track_content& y)
    : out_(out), track_(x), content_(y) {
  }

  /// @param in_fragments Whether frames follow in fragments.
  void run(bool in_fragments) {
    out_.box("moov", [&] {
      movie_header();
      out_.box("trak", [&] {
        track_header();
        if (content_.first_us > 0)
          edits();
        out_.box("mdia", [&] { media(); });
      });
      if (in_fragments)
        out_.box("mvex", [&] {
          out_.box("trex", [&] { out_.u32(0).u32(track_id).u32(1).zeros(12); });
        });
    });
  }

private:
  void movie_header() {
    out_.box("mvhd", [&] {
      out_.u32(version_1).u64(track_.created_s).u64(track_.created_s);
      out_.u32(mp4_timescale).u64(content_.first_us + content_.duration_us);
      out_.u32(0x00010000).u16(0x0100).zeros(10); // Speed and volume.
      out_.text(no_turn).zeros(24).u32(track_id + 1);
    });
  }

  void track_header() {
    constexpr uint32_t enabled_in_movie = 3;
    out_.box("tkhd", [&] {
      out_.u32(version_1 | enabled_in_movie);
      out_.u64(track_.created_s).u64(track_.created_s).u32(track_id).u32(0);
      out_.u64(content_.first_us + content_.duration_us)
        .zeros(16)
        .text(no_turn);
      out_.u32(uint32_t{track_.width} << 16).u32(uint32_t{track_.height} << 16);
    });
  }

  /// Nothing up to the first frame, then all of them.
  void edits() {
    constexpr auto nothing = ~uint64_t{0};
    constexpr uint32_t usual_speed = 0x00010000;
    out_.box("edts", [&] {
      out_.box("elst", [&] {
        out_.u32(version_1).u32(2);
        out_.u64(content_.first_us).u64(nothing).u32(usual_speed);
        out_.u64(content_.duration_us).u64(0).u32(usual_speed);
      });
    });
  }

  void media() {
    constexpr uint16_t no_language = 0x55c4;
    out_.box("mdhd", [&] {
      out_.u32(version_1).u64(track_.created_s).u64(track_.created_s);
      out_.u32(mp4_timescale).u64(content_.duration_us).u16(no_language).u16(0);
    });
    out_.box("hdlr",
             [&] { out_.zeros(8).text("vide").zeros(12).text("camnode\0"sv); });
    out_.box("minf", [&] {
      out_.box("vmhd", [&] { out_.u32(1).zeros(8); });
      out_.box("dinf", [&] {
        out_.box("dref", [&] {
          out_.u32(0).u32(1).box("url ", [&] { out_.u32(1); }); // This file.
        });
      });
      out_.box("stbl", [&] {
        kind();
        out_.text(content_.tables);
      });
    });
  }

  void kind() {
    constexpr uint32_t dots_per_inch = 72 << 16;
    constexpr uint32_t in_color = 0x0018ffff;
    out_.box("stsd", [&] {
      out_.u32(0).u32(1).box("mp4v", [&] {
        out_.zeros(6).u16(1).zeros(16).u16(track_.width).u16(track_.height);
        out_.u32(dots_per_inch).u32(dots_per_inch).u32(0).u16(1).zeros(32);
        out_.u32(in_color).box("esds", [&] { out_.text(jpeg_descriptor); });
      });
    });
  }

  mp4_box_writer out_;
  const mp4_track& track_;
  const track_content& content_;
};

/// A table of `rows`, each of as many numbers as its box wants.
std::string table(std::string_view type, const std::string& rows,
                  uint32_t count, bool has_size = false) {
  std::string result;
  mp4_box_writer out{result};
  out.box(type, [&] {
    out.u32(0);
    if (has_size)
      out.u32(0); // Each has another one.
    out.u32(count).text(rows);
  });
  return result;
}

/// Frames that last as long as the one before are one row with it.
std::string time_table(const std::vector<uint32_t>& durations_us) {
  std::string rows;
  mp4_box_writer out{rows};
  uint32_t count = 0;
  uint32_t alike = 0;
  for (size_t i = 0; i < durations_us.size(); ++i) {
    ++alike;
    if (i + 1 < durations_us.size() && durations_us[i] == durations_us[i + 1])
      continue;
    out.u32(std::exchange(alike, 0)).u32(durations_us[i]);
    ++count;
  }
  return table("stts", rows, count);
}

std::string one_frame_a_chunk(bool any) {
  std::string row;
  if (any)
    mp4_box_writer{row}.u32(1).u32(1).u32(1);
  return table("stsc", row, any ? 1 : 0);
}

} // namespace

bool operator==(const mp4_track& x, const mp4_track& y) {
  return x.created_s == y.created_s && x.width == y.width
         && x.height == y.height;
}

mp4_track mp4_track_of(int64_t start_ms, uint16_t width, uint16_t height) {
  return {static_cast<uint64_t>(start_ms) / 1000 + mp4_epoch_s, width, height};
}

std::string mp4_open_switch() {
  std::string result;
  mp4_box_writer out{result};
  out.box("free", [&] { out.zeros(8); });
  return result;
}

std::string mp4_closed_switch(uint64_t end) {
  std::string result;
  // A size of 1 says that there is one of 64 bits.
  mp4_box_writer{result}.u32(1).text("mdat").u64(end - mp4_switch_at);
  return result;
}

std::string mp4_head(const mp4_track& x) {
  std::string result;
  mp4_box_writer out{result};
  out.box("ftyp", [&] { out.text("iso5\0\0\2\0iso5iso6mp41"sv); });
  out.text(mp4_open_switch());
  track_content none;
  none.tables = table("stts", {}, 0) + one_frame_a_chunk(false)
                + table("stsz", {}, 0, true) + table("co64", {}, 0);
  moov_writer{result, x, none}.run(true);
  return result;
}

std::optional<mp4_track> parse_mp4_head(std::string_view head) {
  static const auto size = mp4_head({}).size();
  if (head.size() < size)
    return std::nullopt;
  head = head.substr(0, size);
  constexpr auto moov_at = mp4_switch_at + mp4_switch_size;
  auto moov = find_mp4_box(head.substr(moov_at), "moov");
  if (!moov)
    return std::nullopt;
  auto movie = find_mp4_box(*moov, "mvhd");
  auto kind = find_mp4_box(*moov, {"trak", "mdia", "minf", "stbl", "stsd"});
  if (!movie || movie->size() < 12 || !kind || kind->size() < 44)
    return std::nullopt;
  auto pixels = mp4_u32_at(*kind, 40);
  mp4_track result{mp4_u64_at(*movie, 4), static_cast<uint16_t>(pixels >> 16),
                   static_cast<uint16_t>(pixels)};
  auto same = mp4_head(result);
  auto is_same = head.substr(0, mp4_switch_at) == same.substr(0, mp4_switch_at)
                 && head.substr(moov_at) == same.substr(moov_at);
  return is_same ? std::optional{result} : std::nullopt;
}

void mp4_frames::add(const mp4_fragment& x) {
  constexpr uint64_t most = std::numeric_limits<uint32_t>::max();
  auto first = frames_.empty();
  if (first)
    first_us_ = x.decode_time;
  auto after_us = first ? x.duration : std::min(x.decode_time - last_us_, most);
  frames_.push_back({static_cast<uint32_t>(after_us), x.payload_bytes});
  last_us_ = x.decode_time;
}

void mp4_frames::cut(size_t n) {
  frames_.resize(std::min(n, frames_.size()));
}

std::string mp4_frames::tables(const mp4_track& x) const {
  constexpr uint64_t most_bytes_a_frame = 20;
  constexpr uint64_t rest_bytes = 4096;
  auto too_many = frames_.size() * most_bytes_a_frame + rest_bytes
                  > max_moov_size;
  if (frames_.empty() || too_many)
    return {};
  auto lasting_us = durations();
  if (*std::max_element(lasting_us.begin(), lasting_us.end()) > max_interval_us)
    return {};
  track_content content;
  content.first_us = first_us_;
  content.duration_us = std::accumulate(lasting_us.begin(), lasting_us.end(),
                                        uint64_t{0});
  content.tables = time_table(lasting_us) + one_frame_a_chunk(true)
                   + size_table() + place_table();
  std::string result;
  moov_writer{result, x, content}.run(false);
  return result;
}

std::vector<uint32_t> mp4_frames::durations() const {
  if (frames_.size() == 1)
    return {frames_.front().after_us};
  std::vector<uint32_t> result;
  result.reserve(frames_.size());
  for (size_t i = 1; i < frames_.size(); ++i)
    result.push_back(frames_[i].after_us);
  auto sorted = result;
  auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  result.push_back(mp4_duration_of(*middle));
  return result;
}

std::string mp4_frames::size_table() const {
  std::string rows;
  mp4_box_writer out{rows};
  for (auto& x : frames_)
    out.u32(x.jpeg_bytes);
  return table("stsz", rows, static_cast<uint32_t>(frames_.size()), true);
}

std::string mp4_frames::place_table() const {
  static const auto head_size = mp4_head({}).size();
  std::string rows;
  mp4_box_writer out{rows};
  uint64_t at = head_size;
  for (auto& x : frames_) {
    at += mp4_fragment_header_size;
    out.u64(at);
    at += x.jpeg_bytes;
  }
  return table("co64", rows, static_cast<uint32_t>(frames_.size()));
}

} // namespace camnode
