#pragma once

#include "messages/server_info.hpp"

#include <cstdint>
#include <optional>

namespace camnode {

/// Tells a server what others say in its name: it hears the topic that it
/// announces itself on. Pure.
///
/// Whoever announces another run there lives, as only the living announce: a
/// card that was copied into a second Pi, say. (Of a run that is dead, there
/// is at most the will, which says `offline`.) A server never answers with an
/// announcement of its own, so that two of them do not shout at each other.
class namesake_watch {
public:
  enum class verdict {
    nothing,
    overwritten,   ///< The broker now has us as offline, by an old will.
    namesake,      ///< There is another server of this id; see `namesake`.
    namesake_left, ///< It is gone, and the broker has us as offline.
    remembered,    ///< The broker had another run as online: an earlier one of
                   ///< ours, or another server.
  };

  /// @param epoch Our run.
  explicit namesake_watch(uint64_t epoch) : epoch_(epoch) {
  }

  /// @param x What was announced under our id.
  /// @param retained The broker had it stored: said before we subscribed.
  verdict hear(const server_info& x, bool retained);

  /// There is another connection, which may have missed a goodbye.
  void forget() {
    namesake_.reset();
  }

  const std::optional<server_info>& namesake() const {
    return namesake_;
  }

private:
  const uint64_t epoch_;
  std::optional<server_info> namesake_;
};

} // namespace camnode
