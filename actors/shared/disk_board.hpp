#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace camnode {

/// The room on the disk that recordings go to. The STATUS PORT writes, any
/// thread reads.
struct disk_board {
  std::atomic<bool> known{false};
  std::atomic<uint64_t> free_bytes{0}; ///< For this user.
  std::atomic<uint64_t> size_bytes{0};
};

using disk_board_ptr = std::shared_ptr<disk_board>;

} // namespace camnode
