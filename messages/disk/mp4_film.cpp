#include "messages/disk/mp4_film.hpp"

#include "messages/disk/mp4_boxes.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "messages/disk/mp4_moov.hpp"

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
  return mp4_table("stts", rows, count);
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
  mp4_content none;
  none.tables = mp4_table("stts", {}, 0) + mp4_one_frame_a_chunk(false)
                + mp4_size_table({}, 0) + mp4_table("co64", {}, 0);
  append_mp4_moov(result, x, none, true);
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
  auto result = find_mp4_track(*moov);
  if (!result)
    return std::nullopt;
  auto same = mp4_head(*result);
  auto is_same = head.substr(0, mp4_switch_at) == same.substr(0, mp4_switch_at)
                 && head.substr(moov_at) == same.substr(moov_at);
  return is_same ? result : std::nullopt;
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
  mp4_content content;
  content.first = first_us_;
  content.duration = std::accumulate(lasting_us.begin(), lasting_us.end(),
                                     uint64_t{0});
  content.tables = time_table(lasting_us) + mp4_one_frame_a_chunk(true)
                   + size_table() + place_table();
  std::string result;
  append_mp4_moov(result, x, content, false);
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
  return mp4_size_table(rows, static_cast<uint32_t>(frames_.size()));
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
  return mp4_table("co64", rows, static_cast<uint32_t>(frames_.size()));
}

} // namespace camnode
