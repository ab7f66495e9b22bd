#pragma once

// What the tests of export share. Include it after `camnode_test.hpp`.

#include "actors/base/jpeg_codec.hpp"
#include "actors/recorder/mp4_piece.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/manifest.hpp"
#include "messages/disk/mp4_even_film.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"
#include "tools/camctl/export/export.hpp"
#include "tools/camctl/export/export_check.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace camnode_test::exporting {

using namespace camnode;
namespace fs = std::filesystem;

constexpr int64_t ms = 1'000'000;
constexpr int64_t start_ms = 1'800'172'800'000;
constexpr int64_t start_ns = start_ms * ms;
constexpr int64_t cut_ms = 10'000;
constexpr uint64_t epoch = 7;

/// A frame, as a camera took it and a client recorded it.
struct shot {
  int64_t true_ns = 0;     ///< When it was captured.
  int64_t recorded_ns = 0; ///< When it is said to have been.
  uint64_t sequence = 0;
  int64_t error_ns = 200'000;
  uint16_t width = 64;
  uint16_t height = 48;
};

/// Frames with that interval, numbered from 1.
inline std::vector<shot> shots(size_t n, int64_t interval_ns = 40 * ms,
                               int64_t first_ns = start_ns + 5 * ms) {
  std::vector<shot> result;
  for (size_t i = 0; i < n; ++i) {
    auto ns = first_ns + static_cast<int64_t>(i) * interval_ns;
    result.push_back({ns, ns, i + 1});
  }
  return result;
}

/// What says in its picture when a frame was captured.
constexpr const char* stamp = "captured at ";

/// When the frame was captured that a JPEG shows; 0: it does not say.
inline int64_t true_time_of(const std::string& jpeg) {
  auto at = jpeg.find(stamp);
  return at == jpeg.npos ? 0
                         : std::atoll(jpeg.c_str() + at
                                      + std::char_traits<char>::length(stamp));
}

inline frame frame_of(const shot& x) {
  static jpeg_encoder encoder;
  std::vector<uint8_t> gray(size_t{x.width} * x.height,
                            static_cast<uint8_t>(x.sequence));
  yuv420_view view{x.width,
                   x.height,
                   {gray.data(), gray.data(), gray.data()},
                   {x.width, x.width / 2, x.width / 2}};
  frame result;
  result.epoch = epoch;
  result.sequence = x.sequence;
  result.offset_error_ns = x.error_ns;
  result.width = x.width;
  result.height = x.height;
  result.jpeg = encoder.encode(view, 80, stamp + std::to_string(x.true_ns));
  return result;
}

/// Whether a text says `what`; if not, it is shown.
inline bool has_line(const std::string& text, const std::string& what) {
  if (text.find(what) != text.npos)
    return true;
  CAF_MESSAGE("'" << what << "' is not told: " << text);
  return false;
}

/// A data folder with a session that is over.
class data_folder {
public:
  data_folder() {
    books.client = "desk";
    books.state = "finished";
    books.session.start_ms = start_ms;
    books.session.stop_ms = start_ms + 6 * cut_ms;
    books.session.segment_ms = cut_ms;
    books.session.label = "t7";
  }

  /// Records frames of a camera: a film for each cut, and for each new size.
  void record(const std::string& id, const std::vector<shot>& frames) {
    auto& camera = books.cameras[id];
    camera.server.id = id;
    camera.time = "sensor";
    open_film film;
    const shot* last = nullptr;
    for (auto& x : frames) {
      auto now_ms = x.recorded_ns / ms;
      auto cut = static_cast<uint64_t>((now_ms - start_ms) / cut_ms);
      auto resized = last && last->width != x.width;
      if (film.writer && (resized || film.piece.index != cut))
        close(camera, film, resized ? now_ms : cut_after(film.piece.index));
      if (!film.writer)
        film = open(id, cut, resized ? now_ms : cut_after(cut) - cut_ms, x);
      auto frame = frame_of(x);
      CAF_REQUIRE(!film.writer->append(frame, x.recorded_ns, 0, 0));
      film.piece.last_sequence = x.sequence;
      ++film.piece.frames;
      film.piece.bytes += frame.jpeg.size();
      ++camera.captured;
      ++camera.recorded;
      jpegs[id].emplace_back(reinterpret_cast<const char*>(frame.jpeg.data()),
                             frame.jpeg.size());
      last = &x;
    }
    if (film.writer)
      close(camera, film, cut_after(film.piece.index));
  }

  void readings(const std::string& topic, const std::string& text,
                uint64_t count) {
    auto& sensor = books.sensors[topic];
    sensor.received = sensor.written = sensor.durable = count;
    sensor.files = {piece_stem(start_ms, start_ms + cut_ms)};
    put(*readings_folder(topic) + "/" + sensor.files[0] + ".csv", text);
  }

  void put(const std::string& name, const std::string& content) const {
    fs::create_directories((dir.path() / name).parent_path());
    dir.put(name, content);
  }

  void put_manifest() const {
    put("sessions/" + manifest_name(books.session), render_manifest(books));
  }

  /// The film of a camera that is its n-th one.
  std::string film(const std::string& id, size_t n) const {
    return "cam/" + id + "/" + books.cameras.at(id).pieces.at(n).file + ".mp4";
  }

  std::string content(const std::string& name) const {
    return content_of(dir.path() / name);
  }

  scratch_directory dir;
  manifest books;
  std::map<std::string, std::vector<std::string>> jpegs; ///< By camera's id.

private:
  struct open_film {
    piece_writer_ptr writer;
    recorded_piece piece;
  };

  static int64_t cut_after(uint64_t cut) {
    return start_ms + static_cast<int64_t>(cut + 1) * cut_ms;
  }

  open_film open(const std::string& id, uint64_t cut, int64_t begin_ms,
                 const shot& x) const {
    auto opened = open_mp4_piece(dir.path() / "cam" / id, begin_ms, x.width,
                                 x.height, std::chrono::milliseconds{40});
    if (!opened)
      CAF_FAIL(describe(opened.error()));
    open_film result;
    result.writer = std::move(*opened);
    result.piece.index = cut;
    result.piece.start_ms = begin_ms;
    result.piece.epoch = epoch;
    result.piece.first_sequence = x.sequence;
    return result;
  }

  static void close(manifest_camera& to, open_film& x, int64_t end_ms) {
    CAF_REQUIRE(!x.writer->close(end_ms));
    x.writer.reset();
    x.piece.end_ms = end_ms;
    x.piece.file = piece_stem(x.piece.start_ms, end_ms);
    to.pieces.push_back(x.piece);
  }
};

/// An export of data folders.
struct export_fixture {
  export_fixture() {
    options.session = "t7";
    options.out = scratch.path() / "out";
    options.version = "1.2.3";
  }

  caf::expected<export_result> run() {
    options.dirs = {data.dir.path()};
    data.put_manifest();
    return export_session(options);
  }

  export_result must_run() {
    auto result = run();
    if (!result)
      CAF_FAIL(describe(result.error()));
    return std::move(*result);
  }

  fs::path folder() const {
    return options.out / (std::to_string(start_ms) + "-t7");
  }

  std::string content(const std::string& name) const {
    return content_of(folder() / name);
  }

  /// The pictures of a film.
  std::vector<std::string> pictures(const std::string& name) const {
    auto text = content(name + ".mp4");
    auto film = read_mp4_even_film(text.size(), [&](auto at, auto to, auto n) {
      std::copy_n(text.data() + at, n, to);
      return true;
    });
    if (!film)
      CAF_FAIL(name << ": " << describe(film.error()));
    std::vector<std::string> result;
    auto at = mp4_even_begin;
    for (auto bytes : film->jpeg_bytes) {
      result.push_back(text.substr(at, bytes));
      at += bytes;
    }
    return result;
  }

  std::vector<table_row> rows(const std::string& name) const {
    table_reader in{folder() / (name + ".csv")};
    std::vector<table_row> result;
    table_row row;
    while (in.next(row))
      result.push_back(row);
    CAF_CHECK_EQUAL(in.fault(), "");
    return result;
  }

  std::vector<std::string> faults() const {
    auto result = check_export(folder(), {});
    if (!result)
      CAF_FAIL(describe(result.error()));
    return result->faults;
  }

  data_folder data;
  scratch_directory scratch;
  export_options options;
};

} // namespace camnode_test::exporting
