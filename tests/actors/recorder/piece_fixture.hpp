#pragma once

// What the tests of pieces share. Include it after `camnode_test.hpp`.

#include "actors/base/jpeg_codec.hpp"
#include "actors/recorder/mp4_piece.hpp"
#include "messages/disk/mp4_fragment.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace camnode_test::pieces {

using namespace camnode;

/// Sunday, 2027-01-17T08:00:00.123Z.
constexpr int64_t start_ms = 1'800'172'800'123;
constexpr int64_t start_ns = start_ms * 1'000'000;
constexpr uint16_t width = 64;
constexpr uint16_t height = 48;
constexpr auto frame_period = std::chrono::milliseconds{40};

/// A JPEG that says which one it is.
inline frame make_frame(uint64_t sequence, uint16_t w = width,
                        uint16_t h = height) {
  static jpeg_encoder encoder;
  std::vector<uint8_t> gray(size_t{w} * h, static_cast<uint8_t>(sequence));
  yuv420_view view{w,
                   h,
                   {gray.data(), gray.data(), gray.data()},
                   {w, w / 2, w / 2}};
  frame x;
  x.sequence = sequence;
  x.width = w;
  x.height = h;
  x.jpeg = encoder.encode(view, 80, "frame " + std::to_string(sequence));
  return x;
}

inline std::string jpeg_of(const frame& x) {
  return {reinterpret_cast<const char*>(x.jpeg.data()), x.jpeg.size()};
}

/// Capture times with jitter, odd nanoseconds and holes.
inline std::vector<int64_t> uneven_times(size_t count) {
  std::vector<int64_t> result;
  int64_t time_ns = start_ns + 17'654'321;
  for (size_t i = 0; i < count; ++i) {
    result.push_back(time_ns);
    auto jitter_ns = static_cast<int64_t>(i * 2'654'435'761 % 8'000'001);
    time_ns += 36'000'000 + jitter_ns + (i % 13 == 12 ? 1'250'000'000 : 0);
  }
  return result;
}

inline mp4_layout layout_of(const std::string& file) {
  return mp4_scan(reinterpret_cast<const uint8_t*>(file.data()), file.size());
}

/// The frames of a film, as far as they are whole.
inline mp4_frames frames_of(const std::string& film) {
  mp4_frames result;
  mp4_scan(reinterpret_cast<const uint8_t*>(film.data()), film.size(),
           [&](const auto& x) { result.add(x.header); });
  return result;
}

/// Whether a film is closed, with the tables of its frames and nothing else.
inline bool is_ordinary(const std::string& film) {
  auto layout = layout_of(film);
  auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
    std::copy_n(film.data() + offset, n, out);
    return true;
  };
  return layout.state == mp4_switch::closed
         && mp4_is_whole(layout, film.size(), read, frames_of(film));
}

/// A closed film as it was when it was open.
inline std::string as_open(const std::string& film) {
  auto result = film.substr(0, layout_of(film).end);
  return result.replace(mp4_switch_at, mp4_switch_size, mp4_open_switch());
}

/// What a program writes to stdout; its complaints too if `all`.
inline std::string output_of(const std::string& command, bool all = true) {
  auto pipe = popen((command + (all ? " 2>&1" : " 2>/dev/null")).c_str(), "r");
  std::string result;
  char chunk[4096];
  size_t n;
  while ((n = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
    result.append(chunk, n);
  pclose(pipe);
  return result;
}

/// What ffprobe finds, as lines of numbers.
inline std::string probe(const std::filesystem::path& file,
                         const std::string& entries, bool all = true) {
  auto result = output_of("ffprobe -v error -of csv=p=0 -show_entries "
                            + entries + ' ' + file.string(),
                          all);
  // FFmpeg 6 shows one flag more of each packet.
  for (size_t at; (at = result.find(",K__")) != std::string::npos;)
    result.erase(at + 3, 1);
  return result;
}

/// What a player must say of a file with `frames` at `times`.
inline std::string expected_packets(const std::string& file,
                                    const std::vector<frame>& frames,
                                    const std::vector<int64_t>& times) {
  std::string result;
  for (size_t i = 0; i < frames.size(); ++i) {
    auto pts = times[i] / 1000 - start_ns / 1000;
    auto jpeg = jpeg_of(frames[i]);
    result += std::to_string(pts) + ',' + std::to_string(pts) + ','
              + std::to_string(jpeg.size()) + ','
              + std::to_string(file.find(jpeg)) + ",K_\n";
  }
  return result;
}

/// What `probe` must be asked for that.
constexpr auto packets = "packet=pts,dts,size,pos,flags";

/// A directory to open pieces in, all at the same time.
struct piece_fixture : scratch_directory {
  const std::filesystem::path& dir = path();

  std::filesystem::path file(const std::string& suffix) const {
    return dir / (std::to_string(start_ms) + suffix);
  }

  std::filesystem::path part() const {
    return file(".mp4.part");
  }

  /// What is finished at `end_ms`.
  std::filesystem::path finished(int64_t end_ms,
                                 const std::string& extension) const {
    return file('-' + std::to_string(end_ms) + extension);
  }

  caf::expected<piece_writer_ptr> open() const {
    return open_mp4_piece(dir, start_ms, width, height, frame_period);
  }

  piece_writer_ptr must_open() const {
    auto result = open();
    CAF_REQUIRE(result);
    return std::move(*result);
  }

  /// Appends frames 1, 2, ... at `times`.
  static std::vector<frame> append(piece_writer& to,
                                   const std::vector<int64_t>& times) {
    std::vector<frame> result;
    for (auto time_ns : times) {
      result.push_back(make_frame(result.size() + 1));
      if (auto err = to.append(result.back(), time_ns, 0, 0))
        CAF_FAIL(describe(err));
    }
    return result;
  }
};

} // namespace camnode_test::pieces
