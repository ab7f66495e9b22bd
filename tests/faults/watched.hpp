#pragma once

// Which files and descriptors the faults are about, and what their paths are.

#include <cstdint>
#include <string>

namespace faults {

/// The value of a variable of the environment; empty if there is none.
std::string environment(const char* name);

/// Whether a file of that absolute path is in CAMNODE_FAULTS_ROOT.
bool inside(const std::string& path);

/// Where the descriptor leads to; empty if that is no file.
std::string path_of(int fd);

/// @param dir What `path` is relative to: a descriptor, or AT_FDCWD.
std::string absolute(int dir, const char* path);

/// Whether the descriptor is of a file in the folder; known from the first
/// question on.
bool tracked(int fd);

/// The descriptor may be of another file from now on.
void forget(int fd);

/// 0 if there is no such file.
uint64_t inode_of(int fd);
uint64_t inode_at(const std::string& path);

} // namespace faults
