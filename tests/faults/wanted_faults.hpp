#pragma once

// The faults that are wanted at present: CAMNODE_FAULTS_TRIGGER.

#include <cstddef>
#include <string>

namespace faults {

/// Blocks where `call` on `path` is to block.
/// @returns The error that it is to end with, or -1 for none.
int fault_now(const char* call, const std::string& path);
int fault_now(const char* call, int fd);

/// Whether `call` on a name fails, with `errno` set.
bool fails(const char* call, int dir, const char* path);

/// What a full disk does to a write of `size` bytes: takes some, then none.
size_t bytes_that_fit(int fd, size_t size);

} // namespace faults
