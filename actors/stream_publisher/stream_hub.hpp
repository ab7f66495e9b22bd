#pragma once

#include "actors/base/log_pace.hpp"
#include "actors/stream_publisher/stream_server.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

namespace camnode {

class stream_reader;

/// What the readers of one stream server share. Used on the I/O thread.
struct stream_hub {
  stream_hub(std::shared_ptr<frame_ring> r, stream_server_options o)
    : options(std::move(o)),
      ring(std::move(r)),
      counters(options.readers->counters) {
  }

  const stream_server_options options;
  const std::shared_ptr<frame_ring> ring;
  stream_counters& counters;
  std::unordered_set<std::shared_ptr<stream_reader>> readers;
  log_pace displacements;
  log_pace stalls;
  log_pace silences{60'000'000'000}; ///< Legacy clients try for ever.

  /// Whether there is room for one more reader that may miss frames; makes some
  /// if need be.
  bool has_room_for_live();

  /// Closes `x` for another one.
  void displace(const std::shared_ptr<stream_reader>& x, const char* what);

  /// The text of a small page.
  std::string clock(int64_t receive_mono_ns) const;
};

} // namespace camnode
