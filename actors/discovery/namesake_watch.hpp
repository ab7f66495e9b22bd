#pragma once

#include "messages/server_info.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace camnode {

/// Tells a server what others say in its name: it hears the topic that it
/// announces itself on. Pure.
///
/// Another run that is announced there is alive, as only the living announce: a
/// card that was copied into a second Pi, say. (Of a run that is dead, there is
/// at most the will, which says `offline`.) A server never answers with an
/// announcement of its own, so that two of them do not shout at each other.
///
/// Only this server announces its run. An announcement of it with another
/// address is a copy of ours.
class namesake_watch {
public:
  enum class verdict {
    nothing,
    overwritten,   ///< The broker now has us as offline, by an old will.
    namesake,      ///< There is another server of this id; see `namesake`.
    namesake_left, ///< It is gone, and the broker has us as offline.
    remembered,    ///< The broker had another run as online: an earlier one of
                   ///< ours, or another server.
    ours,          ///< It is what we announced.
    claimed,       ///< Somebody says that our run is elsewhere.
  };

  /// How many addresses of ours are known: more than one run has.
  static constexpr size_t max_addresses = 16;

  /// @param epoch Our run.
  explicit namesake_watch(uint64_t epoch) : epoch_(epoch) {
  }

  /// We announce ourselves so.
  void announced(const server_info& x);

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
  bool was_ours(const server_info& x) const;

  const uint64_t epoch_;
  std::deque<std::pair<std::string, uint16_t>> addresses_; ///< Newest last.
  std::optional<server_info> namesake_;
};

} // namespace camnode
