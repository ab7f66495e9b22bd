#pragma once

#include "tools/camctl/verify/session_audit.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

struct verify_options {
  std::filesystem::path dir;
  std::string session; ///< Start, label or manifest's name; empty: all.

  /// Called now and then, on any thread, with what has been read of what is to
  /// be read. May be empty.
  std::function<void(uint64_t done, uint64_t all)> on_progress;
};

/// A data folder, checked.
struct data_audit {
  std::vector<session_audit> sessions;
  std::vector<std::string> faults;    ///< Of what belongs to no session.
  std::vector<std::string> strangers; ///< Files that camnode did not make.
  std::string note; ///< On which of several sessions was meant; may be empty.

  /// Whether a client has the folder: then it records what is not over, or
  /// repairs it. Nothing where that cannot be told.
  std::optional<bool> in_use;

  bool damaged() const;
  bool lossy() const;
  bool over() const; ///< Whether all sessions are.
};

/// Reads all that is in a data folder, every byte of every film, on all cores,
/// and compares it with the manifests. Changes nothing. Of a session that is
/// not over, what is complete is checked; as files are completed meanwhile,
/// what looks wrong there is looked at once more.
/// @returns `ec::open_failed` if there is no such folder or session, or no
///          recording in it.
caf::expected<data_audit> verify_data(const verify_options& options);

/// For people: a table per session, and a line for each loss and fault.
std::string render_text(const data_audit& x);

/// For programs: JSON.
std::string render_json(const data_audit& x);

} // namespace camnode
