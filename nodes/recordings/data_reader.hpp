#pragma once

#include "messages/descriptor.hpp"
#include "messages/disk/manifest.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// A manifest, as it was read.
struct read_manifest {
  std::string name; ///< Below `data.dir`.
  std::string text;
  manifest books;
};

/// One of the two files of a piece.
struct piece_file {
  unique_fd fd;
  std::string name; ///< Below `data.dir`.
  uint64_t size = 0;
};

/// Reads a data folder for people who look, who may be anybody: nothing that it
/// opens is outside of the folder, and nothing is believed to be as large as it
/// says. Its functions block on the disk. Any thread.
class data_reader {
public:
  /// @param dir Opened at once, and held.
  explicit data_reader(const std::filesystem::path& dir);

  /// The names of manifests by the starts in them.
  /// @returns `ec::open_failed`; for a folder without sessions, none.
  caf::expected<std::multimap<int64_t, std::string>> manifests() const;

  /// @param name Of a manifest, below `data.dir`.
  /// @returns `ec::open_failed`, or `ec::bad_message` for what is none.
  caf::expected<read_manifest> read(const std::string& name) const;

  /// The manifest of the session that began at `start_ms`.
  /// @returns `ec::unavailable` if there is none, or as above.
  caf::expected<read_manifest> find(int64_t start_ms) const;

  /// A file to read from, with its size.
  /// @returns None for what is no file, with the reason in `errno`.
  piece_file open(const std::string& name) const;

  /// A file of a camera's piece, under whatever name it has by now.
  /// @param ending `film_ending` or `table_ending`.
  /// @returns As above.
  piece_file open(const std::string& id, const recorded_piece& x,
                  std::string_view ending) const;

  /// The stem that the name of a piece's index has by now.
  std::string stem_of(const std::string& id, const recorded_piece& x) const;

private:
  caf::expected<std::vector<std::string>>
  names_in(const std::string& folder) const;

  const unique_fd fd_;
};

} // namespace camnode
