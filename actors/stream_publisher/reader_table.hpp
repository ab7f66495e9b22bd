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

using reader_gauge_ptr = std::shared_ptr<reader_gauge>;

/// The readers that a stream has now. Outlives the stream's server. Any
/// thread; what happens per frame takes no lock.
class reader_table {
public:
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
