#pragma once

#include <caf/error.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace camnode {

/// Room on the disk that nothing else takes: a file in it, which becomes the
/// manifest that tells of a stop where the disk is full. Else the session would
/// go on at the next start of the client. Blocks; one thread at a time.
class disk_reserve {
public:
  /// More than the manifests of most rooms have.
  static constexpr int64_t size = 4 << 20;

  /// @param path Of the file, on the file system of the manifests. One that an
  ///        earlier process left is taken over.
  explicit disk_reserve(std::filesystem::path path);

  /// Takes the room that it lacks.
  /// @returns `ec::open_failed` or `ec::write_failed`: there is no reserve.
  caf::error fill();

  /// `replace_file_synced`, in the room that is kept.
  caf::error replace(const std::filesystem::path& path, std::string_view bytes);

private:
  const std::filesystem::path path_;
};

} // namespace camnode
