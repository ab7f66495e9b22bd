#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// What became of a viewer's connection to its server, or of its look at
/// another address where that server is said to be.
struct stream_event {
  enum class kind : uint8_t {
    connected,    ///< The server answered; frames come.
    disconnected, ///< Over; `reason` says why.
    wasteful,     ///< Over: the client ended it, as it cost too much.
    stranger,     ///< Over: another server is there; `reason` says who.
    refused,      ///< None: the two do not trust each other; `reason` says why.
    claim_tried,  ///< Who answers at the other address: `id` and `epoch`; or
                  ///< nobody, and `reason` says why.
  };

  /// Counts the viewer's attempts, or its looks, from 1.
  uint64_t connection = 0;
  kind what = kind::connected;
  std::string reason = {};
  bool legacy = false;
  std::string id = {}; ///< As the server says; empty if it does not.
  uint64_t epoch = 0;  ///< Its run; 0 if it does not say.
};

inline std::string to_string(stream_event::kind x) {
  switch (x) {
    case stream_event::kind::connected:
      return "connected";
    case stream_event::kind::disconnected:
      return "disconnected";
    case stream_event::kind::wasteful:
      return "wasteful";
    case stream_event::kind::stranger:
      return "stranger";
    case stream_event::kind::refused:
      return "refused";
    default:
      return "claim_tried";
  }
}

} // namespace camnode

// It never leaves its process: CAF needs no code to write it.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camnode::stream_event)
