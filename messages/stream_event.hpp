#pragma once

#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// What became of a viewer's connection to its server.
struct stream_event {
  enum class kind : uint8_t {
    connected,    ///< The server answered; frames come.
    disconnected, ///< Over; `reason` says why.
  };

  uint64_t connection = 0; ///< Counts the viewer's attempts, from 1.
  kind what = kind::connected;
  bool legacy = false;
  std::string reason;

  /// The client ended it, as it cost too much.
  bool wasteful = false;
};

inline std::string to_string(stream_event::kind x) {
  return x == stream_event::kind::connected ? "connected" : "disconnected";
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stream_event& x) {
  return f(caf::meta::type_name("stream_event"), x.connection, x.what, x.legacy,
           x.reason, x.wasteful);
}

} // namespace camnode
