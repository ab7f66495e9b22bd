#pragma once

#include "actors/base/io_thread.hpp"
#include "actors/viewer/frame_intake.hpp"
#include "actors/viewer/server_door.hpp"
#include "messages/stream_event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// One try to get frames from a server.
struct stream_connection_options : server_door {
  /// The server announced itself, so that an answer in the legacy protocol
  /// only means that our request came late: an error, and tried again.
  bool expect_http = false;

  /// Ask for what the server's ring holds from before we came.
  bool want_past = false;

  std::chrono::milliseconds connect_deadline{2000};
  std::chrono::milliseconds stall_deadline{2000};
};

/// Who sends frames.
struct stream_peer {
  bool legacy = false;
  std::string id = {}; ///< What it calls itself; empty if it does not say.
  uint64_t epoch = 0;  ///< Its run; 0 if it does not say.
};

/// What a connection reports, on the I/O thread; must return at once.
struct stream_connection_events {
  /// The first frame is here.
  std::function<void(const stream_peer&)> on_connected;

  /// Nothing comes after it. @param how Not `connected`, nor `claim_tried`.
  std::function<void(stream_event::kind how, std::string reason)> on_end;
};

/// Connects to a server, asks for its frames after the last one that
/// `intake` took, and feeds them to it. A camnode server's clock is probed
/// over a second connection: before the first frame, so that this one too has
/// its place in time, and once a second from then on. What a server may cost is
/// bounded: it is read at twice the camera's rate at most, and ended where it
/// brings much that is no picture, or a frame that there is no memory for.
class stream_connection {
public:
  stream_connection(io_thread& io, std::shared_ptr<frame_intake> intake,
                    stream_connection_options options,
                    stream_connection_events events);

  /// When it returns, no event and no frame comes any more.
  ~stream_connection();

private:
  struct implementation;

  std::shared_ptr<implementation> impl_;
};

} // namespace camnode
