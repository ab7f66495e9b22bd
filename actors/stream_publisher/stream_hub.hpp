#pragma once

#include "actors/base/histogram.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/stream_publisher/stream_server.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <unordered_set>

namespace camnode {

class stream_reader;

/// `stream_figures` that the I/O thread writes and anyone reads.
struct stream_counters {
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> refused{0};
  std::atomic<uint64_t> displaced{0};
  std::atomic<uint64_t> http_readers{0};
  std::atomic<uint64_t> legacy_readers{0};
  std::atomic<uint64_t> frames_sent{0};
  std::atomic<uint64_t> bytes_sent{0};
  std::atomic<uint64_t> frames_skipped{0};
  std::atomic<uint64_t> frames_lost{0};
  std::atomic<uint64_t> stalled{0};
  std::atomic<uint64_t> bad_requests{0};

  /// From the capture of a frame to its last byte in a reader's socket.
  histogram to_sent;

  stream_figures look() const;
};

/// What the readers of one stream server share. Used on the I/O thread.
struct stream_hub {
  stream_server_options options;
  std::shared_ptr<frame_ring> ring;
  stream_counters counters;
  std::unordered_set<std::shared_ptr<stream_reader>> readers;
  log_pace displacements;
  log_pace stalls;

  /// Whether there is room for one more reader that may miss frames; makes some
  /// if need be.
  bool has_room_for_live();

  /// Closes `x` for another one.
  void displace(const std::shared_ptr<stream_reader>& x, const char* what);

  /// The texts of the small pages.
  std::string metrics() const;
  std::string clock(int64_t receive_mono_ns) const;
};

} // namespace camnode
