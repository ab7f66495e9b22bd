#pragma once

#include "actors/base/http_request.hpp"
#include "actors/base/job_pool.hpp"
#include "nodes/recordings/data_reader.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

struct data_path;

/// What is known of files that are being written. All are called from any
/// thread and return at once.
struct open_files {
  /// How many frames of the piece of camera `id` that began at `start_ms` are
  /// durable; nothing where nobody writes to it.
  std::function<std::optional<uint64_t>(const std::string& id,
                                        int64_t start_ms)>
    durable_frames;

  /// How many readings of `topic` are in a file and not durable.
  std::function<uint64_t(const std::string& topic)> undurable_readings;
};

/// What is asked of a file.
struct file_request {
  std::string path; ///< Below `data.dir`.

  // The headers' values; empty without.
  std::string range;
  std::string if_range;
};

/// Answers what there is on disk (messages/wire/API.md), out of a data folder
/// that may be written to meanwhile: of what is open, what is durable. Any
/// thread.
class recordings : public std::enable_shared_from_this<recordings> {
public:
  recordings(const std::filesystem::path& dir, open_files open);

  /// An answer that is found by `find` on a thread that a disk may hold up; 503
  /// where too many wait for that.
  http_page answer(std::function<http_page(const recordings&)> find) const;

  // What `find` may call.

  static constexpr size_t max_limit = 100;

  /// At most `limit` sessions, the newest ones of those before `before_ms`.
  http_page list(int64_t before_ms = std::numeric_limits<int64_t>::max(),
                 size_t limit = max_limit) const;
  http_page session(int64_t start_ms) const;

  /// The frame of each camera that is nearest to `ns`.
  http_page at(int64_t start_ms, int64_t ns) const;

  /// The frame number `n`, from 0, of a camera in a session: its JPEG.
  http_page frame(int64_t start_ms, const std::string& id, uint64_t n) const;
  http_page file(const file_request& x) const;

private:
  /// What is told of a session in short. Counts the files that it looks for.
  nlohmann::ordered_json entry_of(const read_manifest& x, size_t& files) const;

  /// The largest index that anybody waits for here: more than two million
  /// frames.
  static constexpr uint64_t max_index_shown = uint64_t{256} << 20;

  /// Which of a camera's pieces a frame is in, and its number there.
  struct frame_place {
    const recorded_piece* piece = nullptr; ///< Null: there is none.
    uint64_t frame = 0;
    uint64_t frames = 0; ///< All that there are, if so.
  };

  static frame_place place_of(const std::vector<recorded_piece>& pieces,
                              uint64_t n);

  /// Frames of a piece that may be shown.
  uint64_t frames_shown(const std::string& id, const recorded_piece& x) const;

  /// Where the frame of a camera is that is nearest to `ns`.
  nlohmann::ordered_json nearest(int64_t start_ms, const std::string& id,
                                 const std::vector<recorded_piece>& pieces,
                                 int64_t ns) const;

  /// The JPEG of a frame of a piece.
  http_page picture(const std::string& id, const recorded_piece& x,
                    uint64_t frame) const;

  /// How much of an open file is durable.
  caf::expected<uint64_t> durable_bytes(const piece_file& x,
                                        const data_path& path) const;
  caf::expected<uint64_t> durable_readings(const piece_file& x,
                                           const std::string& topic) const;
  http_page bytes_of(unique_fd fd, uint64_t offset, uint64_t size,
                     const char* type) const;

  const data_reader data_;
  const open_files open_;
  const std::unique_ptr<job_pool> pool_;
};

} // namespace camnode
