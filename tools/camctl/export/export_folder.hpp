#pragma once

#include "messages/descriptor.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace camnode {

/// The folder that an export is made in, `.<name>.part`, which gets its name
/// when all of it is there; else it is removed with all that is in it. One
/// process has it at a time.
class export_folder {
public:
  /// An export is no part of a recording.
  /// @returns `ec::open_failed` if `out` is one of the data folders `dirs`, or
  ///          in one.
  static caf::error
  refuse_place(const std::filesystem::path& out,
               const std::vector<std::filesystem::path>& dirs);

  /// @param out Where it is to be; created, if it is not there.
  /// @returns `ec::open_failed` where there is something of that name, or
  ///          another process is making it; `ec::write_failed`.
  static caf::expected<export_folder> create(const std::filesystem::path& out,
                                             const std::string& name);

  export_folder(export_folder&&) = default;
  ~export_folder();

  /// Where it is, until it has its name.
  const std::filesystem::path& path() const {
    return part_;
  }

  /// Gives it its name, and promises that.
  /// @returns `ec::write_failed`, also where something has got that name
  ///          meanwhile; `ec::sync_failed` if it has its name, but a power cut
  ///          may take it.
  caf::error commit();

private:
  export_folder() = default;

  caf::error begin();
  caf::error clear();

  std::filesystem::path part_;
  std::filesystem::path final_;
  bool made_parent_ = false;
  unique_fd lock_; ///< Of the folder, while it is not committed.
};

} // namespace camnode
