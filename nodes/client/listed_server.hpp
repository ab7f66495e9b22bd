#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// What decides whether a client goes on listing a server.
struct listed_server {
  std::string id;
  bool here = false;     ///< Announced, or connected.
  bool idle = true;      ///< No recording needs it.
  bool expected = false; ///< It is to be there.
  bool told_off = false; ///< Somebody has cleared its announcement.
  bool gave_frames = false;
  int64_t seen_ns = 0; ///< When it was last here.
};

/// Whether `x` is not to be listed any more: a server that gave frames stays
/// listed when it is gone, until it is told off; one that never did goes after
/// 10 s, which is longer than a restart takes.
bool is_to_go(const listed_server& x, int64_t now_ns);

/// Who makes room for another server: of those that are gone and not needed,
/// one that never gave a frame, else the one that is gone for longest.
std::optional<std::string> first_to_go(const std::vector<listed_server>& xs);

} // namespace camnode
