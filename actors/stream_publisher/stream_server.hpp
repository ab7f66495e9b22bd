#pragma once

#include "actors/base/http_connection.hpp"
#include "actors/base/io_thread.hpp"
#include "actors/shared/frame_ring.hpp"
#include "actors/stream_publisher/reader_table.hpp"

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// What the stream port says beside frames.
struct stream_server_options {
  std::string host = "0.0.0.0";
  uint16_t port = 8000;   ///< 0: any free one.
  std::string id;         ///< Of this server.
  std::string version;    ///< Of camnode.
  uint64_t epoch = 0;     ///< Which run of the server this is.
  std::string index_page; ///< HTML, for `GET /`.
  http_entry entry;       ///< Who may come in; the API.

  /// Connections at a time. For one more, one without a stream makes room: of
  /// whoever has most of these, the one that has been at it for longest. Well
  /// above the 32 readers that a Pi's gigabit carries, and below a default
  /// descriptor limit.
  size_t max_connections = 256;

  /// Of these, readers that may miss frames, live and legacy ones: so there is
  /// always room for recording clients, and for questions. For one more, the
  /// one that has taken nothing for longest, at least 1 s, is closed.
  size_t max_live = 192;

  /// Of these, at most so many from one address (of IPv6: one network of 64
  /// bits, as a machine may take any address in it), so that one machine does
  /// not keep out all others. Programs on this one are trusted more.
  size_t max_per_address = 64;
  size_t max_local = 256;

  /// How long a reader may keep a frame that the ring has let go of.
  caf::timespan longest_hold = std::chrono::seconds(10);

  /// Where the readers, and what came of them, are to be seen.
  std::shared_ptr<reader_table> readers = std::make_shared<reader_table>();

  /// Both run on the I/O thread and must return at once.
  std::function<std::string()> metrics; ///< Prometheus text.
  std::function<std::string()> trouble; ///< Empty while all is well.
};

/// The stream port: hands the frames of a ring to any number of readers, in
/// either protocol (messages/wire/PROTOCOL.md). A reader is a cursor on the
/// ring; all of them are served by the I/O thread. A reader that holds a frame
/// which the ring has let go of is closed when it takes no byte of it for 2 s,
/// or not all of it within 10 s: so whatever readers do, what they take beside
/// the ring is at most one frame each, and for no longer than that.
class stream_server {
public:
  stream_server(io_thread& io, std::shared_ptr<frame_ring> ring,
                stream_server_options options);

  /// Closes the port and every connection; when it returns, nothing of the
  /// server runs any more.
  ~stream_server();

  /// Opens the port.
  /// @returns `ec::listen_failed` with address and reason.
  caf::error start();

  /// The port that is open; 0 before `start`.
  uint16_t port() const;

  const stream_counters& figures() const;

private:
  struct implementation;

  std::shared_ptr<implementation> impl_;
};

} // namespace camnode
