#pragma once

#include "actors/shared/sensor_board.hpp"
#include "nodes/recovery/rebuild_books.hpp"
#include "nodes/recovery/unfinished_sessions.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// Rebuilds the books of one session from its files, which are complete.
class session_rebuilder {
public:
  /// @param x Borrowed, as is `listing`.
  /// @param dir `data.dir`.
  session_rebuilder(const unfinished_session& x, const data_listing& listing,
                    std::filesystem::path dir)
    : x_(x), listing_(listing), dir_(std::move(dir)) {
  }

  /// By id: of the cameras that the manifest knows, or that have files.
  std::map<std::string, session_books> cameras() const;

  /// By topic: of the sensors that the manifest knows, or that have files.
  sensor_board::topics sensors() const;

private:
  bool has_ours(const std::string& folder,
                const std::vector<listed_piece>& pieces) const;
  session_books camera(const std::string& id,
                       const manifest_camera& told) const;
  void recount(topic_figures& books, const std::string& folder,
               const std::vector<listed_piece>& pieces) const;

  /// The text of its index; empty, with a line in the log, if that cannot be
  /// read.
  std::string index_of(const listed_piece& x) const;

  const unfinished_session& x_;
  const data_listing& listing_;
  const std::filesystem::path dir_;
};

/// Where the last thing in a session ends, UTC ms on its clock.
int64_t end_of(const session_info& session,
               const std::map<std::string, session_books>& cameras,
               const sensor_board::topics& sensors);

} // namespace camnode
