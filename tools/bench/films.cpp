#include "actors/base/checksum.hpp"
#include "actors/base/jpeg_codec.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/frame_index.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "tools/bench/commands.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace camnode::bench {

namespace {

constexpr uint16_t side = 16; // Pixels of a picture, both ways.

frame_bytes tiny_jpeg() {
  std::vector<uint8_t> grey(size_t{side} * side, 128);
  yuv420_view view;
  view.width = view.height = side;
  for (int i = 0; i < 3; ++i) {
    view.planes[i] = grey.data();
    view.strides[i] = i == 0 ? side : side / 2;
  }
  return jpeg_encoder{}.encode(view, 50);
}

/// One segment of a camera as a client leaves it: a film and its index.
class segment_files {
public:
  segment_files(const std::string& folder, int64_t start_ms, int64_t end_ms)
    : start_ms_(start_ms) {
    auto stem = folder + "/" + piece_stem(start_ms, end_ms);
    film_.open(stem + film_ending, std::ios::binary);
    index_.open(stem + table_ending, std::ios::binary);
    film_ << mp4_head(mp4_track_of(start_ms, side, side));
    index_ << index_header;
  }

  /// @param number Of the frame in the session, from 0.
  void add(const frame_bytes& jpeg, uint64_t number, int64_t capture_ns) {
    auto time_us = (capture_ns - start_ms_ * 1'000'000) / 1000;
    mp4_fragment x;
    x.sequence = static_cast<uint32_t>(frames_.size() + 1);
    x.decode_time = static_cast<uint64_t>(time_us);
    x.duration = mp4_duration_of(time_us - last_us_);
    x.payload_bytes = static_cast<uint32_t>(jpeg.size());
    auto head = serialize(x);
    film_.write(reinterpret_cast<const char*>(head.data()), head.size());
    film_.write(reinterpret_cast<const char*>(jpeg.data()),
                static_cast<std::streamsize>(jpeg.size()));
    index_row row;
    row.frame = frames_.size();
    row.sequence = number + 1;
    row.capture_ns = capture_ns;
    row.receive_ns = capture_ns + 1'000'000;
    row.offset_error_ns = 100'000;
    row.bytes = jpeg.size();
    row.xxh3 = xxh3_of(jpeg.data(), jpeg.size());
    row.epoch = 1;
    index_row_buffer buffer;
    index_ << format_index_row(row, buffer);
    frames_.add(x);
    last_us_ = time_us;
  }

  /// Makes the film an ordinary one.
  void close() {
    auto end = static_cast<uint64_t>(film_.tellp());
    film_ << frames_.tables(mp4_track_of(start_ms_, side, side));
    film_.seekp(mp4_switch_at);
    film_ << mp4_closed_switch(end);
    film_.close();
    index_.close();
    if (!film_ || !index_)
      throw std::runtime_error("cannot write a film");
  }

private:
  const int64_t start_ms_;
  std::ofstream film_;
  std::ofstream index_;
  mp4_frames frames_;
  int64_t last_us_ = 0;
};

} // namespace

int run_films(const arguments& args) {
  constexpr int64_t segment_ms = 60'000;
  auto& folder = args.word(0, "a folder");
  auto start_ms = static_cast<int64_t>(args.number("start-ms", 0));
  auto frames = static_cast<uint64_t>(args.number("frames", 1800));
  auto fps = static_cast<uint64_t>(args.number("fps", 30));
  auto jpeg = tiny_jpeg();
  auto per_segment = fps * segment_ms / 1000;
  for (uint64_t n = 0; n < frames; start_ms += segment_ms) {
    segment_files files{folder, start_ms, start_ms + segment_ms};
    auto end = std::min(frames, n + per_segment);
    for (uint64_t i = 0; n < end; ++i, ++n)
      files.add(jpeg, n,
                start_ms * 1'000'000
                  + static_cast<int64_t>((i * 2 + 1) * 500'000'000 / fps));
    files.close();
  }
  std::cout << jpeg.size() << "\n";
  return 0;
}

} // namespace camnode::bench
