#pragma once

// The log of all that was done in the folder: CAMNODE_FAULTS_LOG.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace faults {

enum class event : uint8_t {
  create = 1, // of a file: its inode, path
  make_dir,   // its inode, path
  write,      // inode, a: offset, data
  truncate,   // inode, a: size
  sync_begin, // inode, a: a number, path
  sync_end,   // inode, a: the number of its beginning
  rename,     // path, second path
  link,       // inode, path, second path
  unlink,     // path
};

/// Held while something is done and logged, so that the log is in order.
std::mutex& order();

/// Appends a record. Does nothing without a log. @pre `order()` is held.
void put(event what, uint64_t inode, uint64_t a, const std::string& path = {},
         const std::string& second = {}, const void* data = nullptr,
         size_t size = 0);

} // namespace faults
