#include "messages/frame.hpp"

namespace camnode {

const char* to_string(loss_place x) {
  switch (x) {
    case loss_place::none:
      return "none";
    case loss_place::source:
      return "source";
    case loss_place::encoder:
      return "encoder";
    case loss_place::server_ring:
      return "server ring";
    case loss_place::network:
      return "network";
    case loss_place::client_ring:
      return "client ring";
    case loss_place::recorder:
      return "recorder";
    case loss_place::disk:
      return "disk";
    case loss_place::unknown:
      return "unknown";
    case loss_place::client_rate:
      return "client rate";
  }
  return "unknown";
}

loss_place loss_place_of(std::string_view text) {
  for (size_t i = 0; i < loss_places; ++i)
    if (text == to_string(static_cast<loss_place>(i)))
      return static_cast<loss_place>(i);
  return loss_place::unknown;
}

} // namespace camnode
