#pragma once

#include "actors/base/histogram.hpp"
#include "actors/shared/frame_ring.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// One reader of a stream. The I/O thread writes, anyone reads.
struct reader_gauge {
  reader_gauge(std::string peer_address, const char* how)
    : peer(std::move(peer_address)), mode(how) {
  }

  const std::string peer; ///< Address and port.
  const char* const mode; ///< `live`, `lossless` or `legacy`.
  std::atomic<frame_ring::position> cursor{0};
  std::atomic<uint64_t> frames{0};  ///< Sent whole.
  std::atomic<uint64_t> bytes{0};   ///< Sent.
  std::atomic<uint64_t> skipped{0}; ///< A live reader was too slow for them.
  std::atomic<uint64_t> lost{0};    ///< Gone before a lossless reader.
  histogram to_sent; ///< From the capture of a frame to its last byte sent.
};

/// What was done at a stream port so far. The I/O thread writes, anyone reads.
struct stream_counters {
  std::atomic<uint64_t> accepted{0};       ///< Connections, ever.
  std::atomic<uint64_t> refused{0};        ///< Over the limits of connections.
  std::atomic<uint64_t> displaced{0};      ///< Closed to make room.
  std::atomic<uint64_t> http_readers{0};   ///< HTTP streams open now.
  std::atomic<uint64_t> legacy_readers{0}; ///< Legacy streams open now.
  std::atomic<uint64_t> frames_sent{0};
  std::atomic<uint64_t> bytes_sent{0}; ///< Of frames, headers included.

  /// Live readers that were too slow for them.
  std::atomic<uint64_t> frames_skipped{0};

  /// Gone from the ring before a lossless reader.
  std::atomic<uint64_t> frames_lost{0};
  std::atomic<uint64_t> stalled{0}; ///< Readers closed as they did not read.
  std::atomic<uint64_t> bad_requests{0};

  /// Said nothing, where legacy clients get no stream.
  std::atomic<uint64_t> silent{0};

  /// From the capture of a frame to its last byte in a reader's socket.
  histogram to_sent;
};

using reader_gauge_ptr = std::shared_ptr<reader_gauge>;

/// The readers that a stream has now, and what came of all there were. Outlives
/// the stream's server. Any thread; what happens per frame takes no lock.
class reader_table {
public:
  stream_counters counters;

  /// Adds a reader, which is there for as long as the result is held.
  reader_gauge_ptr open(std::string peer, const char* mode) {
    auto result = std::make_shared<reader_gauge>(std::move(peer), mode);
    std::lock_guard<std::mutex> guard{mutex_};
    readers_.erase(std::remove_if(readers_.begin(), readers_.end(),
                                  [](auto& x) { return x.expired(); }),
                   readers_.end());
    readers_.push_back(result);
    return result;
  }

  std::vector<reader_gauge_ptr> look() const {
    std::lock_guard<std::mutex> guard{mutex_};
    std::vector<reader_gauge_ptr> result;
    for (auto& x : readers_)
      if (auto strong = x.lock())
        result.push_back(std::move(strong));
    return result;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<reader_gauge>> readers_;
};

} // namespace camnode
