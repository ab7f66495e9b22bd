#include "tools/camctl/verify/piece_check.hpp"

#include "actors/base/checksum.hpp"
#include "messages/frame.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

std::string at_frame(uint64_t i) {
  return "frame " + std::to_string(i) + ": ";
}

/// Compares one row after the other with one picture after the other.
class checker {
public:
  checker(uint64_t film_size, const mp4_reader& film, int64_t start_ms,
          int64_t end_ms, const std::function<void(uint64_t)>& on_bytes)
    : film_size_(film_size),
      film_(film),
      start_ms_(start_ms),
      end_ms_(end_ms),
      on_bytes_(on_bytes) {
  }

  piece_facts run(std::string_view index) {
    std::vector<index_row> rows;
    facts_.index = read_index(index, [&](const auto& x) { rows.push_back(x); });
    auto layout = mp4_scan(film_size_, film_, [&](const auto& x) {
      auto i = facts_.film_frames++;
      facts_.film_bytes += x.header.payload_bytes;
      frames_.add(x.header);
      check(x, i, i < rows.size() ? &rows[i] : nullptr);
    });
    check_layout(layout);
    check_index(index.size());
    check_times(rows);
    return std::move(facts_);
  }

private:
  void check(const mp4_found_fragment& x, uint64_t i, const index_row* row) {
    size_t size = x.header.payload_bytes;
    buffer_.resize(std::max(buffer_.size(), size));
    if (!film_(x.payload_offset, buffer_.data(), size))
      return facts_.faults.add(at_frame(i) + "cannot be read");
    if (on_bytes_)
      on_bytes_(size + mp4_fragment_header_size);
    check_duration(x.header, i);
    if (!row)
      return; // That it is short is told once.
    if (row->bytes != size)
      facts_.faults.add(at_frame(i) + std::to_string(size)
                        + " bytes in the film, " + std::to_string(row->bytes)
                        + " in the index");
    else if (row->xxh3 != xxh3_of(buffer_.data(), size))
      facts_.faults.add(at_frame(i)
                        + "the picture is not what was recorded "
                          "(checksum)");
    auto time_us = row->capture_ns / 1000 - start_ms_ * 1000;
    if (time_us != static_cast<int64_t>(x.header.decode_time))
      facts_.faults.add(at_frame(i) + "at "
                        + std::to_string(x.header.decode_time)
                        + " us in the film, at " + std::to_string(time_us)
                        + " us in the index");
  }

  /// That of the first frame is a guess, the others follow from the times.
  void check_duration(const mp4_fragment& x, uint64_t i) {
    auto time_us = static_cast<int64_t>(x.decode_time);
    auto interval_us = i == 0 ? x.duration : time_us - last_time_us_;
    last_time_us_ = time_us;
    if (x.duration != mp4_duration_of(interval_us))
      facts_.faults.add(at_frame(i) + "lasts " + std::to_string(x.duration)
                        + " us in the film");
  }

  std::string what_is_wrong(const mp4_layout& layout) const {
    if (layout.state != mp4_switch::none && !layout.track)
      return "the film's header is damaged";
    if (layout.state == mp4_switch::closed)
      return "the tables at the film's end are not those of its frames";
    return "the film is cut or damaged after frame "
           + std::to_string(layout.fragments) + ": "
           + std::to_string(film_size_ - layout.end) + " bytes are no frame";
  }

  void check_layout(const mp4_layout& layout) {
    if (layout.read_failed)
      facts_.faults.add("the film cannot be read to its end");
    else if (layout.init_bytes == 0)
      facts_.faults.add(film_size_ == 0 ? "the film is empty"
                                        : "the film has no MP4 header");
    else if (!mp4_is_whole(layout, film_size_, film_, frames_))
      facts_.faults.add(what_is_wrong(layout));
    if (facts_.film_frames != facts_.index.rows)
      facts_.faults.add(std::to_string(facts_.film_frames)
                        + " frames in the film, "
                        + std::to_string(facts_.index.rows) + " in the index");
  }

  void check_index(size_t size) {
    auto& x = facts_.index;
    if (x.whole_size == 0)
      facts_.faults.add("the index has not the header of one");
    else if (x.whole_size != size)
      facts_.faults.add(
        "the index is cut or damaged after row " + std::to_string(x.rows) + ": "
        + std::to_string(size - x.whole_size) + " bytes are no row");
  }

  void check_times(const std::vector<index_row>& rows) {
    for (size_t i = 0; i < rows.size(); ++i) {
      auto ns = rows[i].capture_ns;
      if (rows[i].frame != i)
        facts_.faults.add(at_frame(i) + "has number "
                          + std::to_string(rows[i].frame) + " in the index");
      if (i > 0 && ns <= rows[i - 1].capture_ns)
        facts_.faults.add(at_frame(i) + "is not after the one before it");
      if (ns / 1'000'000 < start_ms_
          || (end_ms_ != 0 && ns / 1'000'000 >= end_ms_))
        facts_.faults.add(at_frame(i) + "at "
                          + time_text(ns, start_ms_ * 1'000'000)
                          + " is outside of the times in the file's name");
    }
  }

  const uint64_t film_size_;
  const mp4_reader& film_;
  const int64_t start_ms_;
  const int64_t end_ms_;
  const std::function<void(uint64_t)>& on_bytes_;
  std::vector<uint8_t> buffer_;
  int64_t last_time_us_ = 0; ///< Of the frame before.
  mp4_frames frames_;
  piece_facts facts_;
};

} // namespace

piece_facts check_piece(uint64_t film_size, const mp4_reader& film,
                        std::string_view index, int64_t start_ms,
                        int64_t end_ms,
                        const std::function<void(uint64_t)>& on_bytes) {
  return checker{film_size, film, start_ms, end_ms, on_bytes}.run(index);
}

} // namespace camnode
