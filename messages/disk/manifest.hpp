#pragma once

#include "messages/disk/session_records.hpp"
#include "messages/server_info.hpp"
#include "messages/session_info.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// What a manifest says of a server's clock.
struct manifest_clock {
  int64_t offset_ns = 0;
  int64_t error_ns = 0;
  int64_t drift_ppb = 0;
  int64_t drift_error_ppb = 0;
  uint64_t probes = 0;
  uint64_t probes_refused = 0;
  uint64_t restarts = 0;
  int64_t client_ns = 0; ///< When that was so, `client_clock_ns`; 0: unknown.
};

/// An error that is over.
struct manifest_trouble {
  std::string text;    ///< Empty: there was none.
  int64_t time_ms = 0; ///< UTC; 0: unknown.
};

/// What a manifest says of one camera.
struct manifest_camera {
  server_info server;
  std::string time; ///< What its frames' times are; empty: it has no frame.
  uint64_t captured = 0;
  uint64_t recorded = 0;
  uint64_t durable = 0;
  uint64_t lost = 0;
  uint64_t bytes = 0;
  std::map<std::string, uint64_t> lost_by_place;
  std::vector<recorded_piece> pieces;
  std::vector<recorded_loss> losses;
  std::vector<recorded_break> breaks;
  std::vector<absence> absences;

  /// Frames lost and servers' restarts that the lists have no room for.
  uint64_t unlisted_lost = 0;
  uint64_t unlisted_breaks = 0;
  bool end_unknown = false;
  uint64_t end_behind = 0; ///< If so, after which number.
  std::optional<manifest_clock> clock;
  std::vector<clock_record> clocks; ///< The history.
  uint64_t connections = 0;
  std::map<std::string, uint32_t> restarts; ///< By actor.
  std::string last_error;
  manifest_trouble last_trouble;
};

/// What a session's manifest says. Everything that it has is in here: what is
/// read and rendered again is the same text.
struct manifest {
  std::string client;
  std::string version;
  std::string state;   ///< `recording`, `stopping`, `finished`, `interrupted`.
  std::string boot_id; ///< Which run of the machine its clock belongs to.
  session_info session;
  std::vector<int64_t> resumed_ms; ///< When it was resumed, on its own clock.
  std::string interrupted;         ///< Why it was not.
  std::map<std::string, manifest_camera> cameras;
  sensor_books sensors; ///< Markers among them.

  /// Those in the session are told.
  std::vector<broker_outage> outages;

  /// Whether its session is over: nothing is added to its files or its books
  /// any more.
  bool over() const {
    return state != "recording" && state != "stopping";
  }
};

/// The largest manifest that is read: 64 MiB, a hundred cameras with as many
/// losses as there is room for.
constexpr size_t max_manifest_bytes = size_t{64} << 20;

/// A manifest as JSON, with a newline at its end.
std::string render_manifest(const manifest& x);

/// Reads what `render_manifest` wrote. Any text is safe: ids and names that
/// could lead out of the data folder are refused, and so are times that a
/// session cannot have.
/// @returns `ec::bad_message` with what is wrong, in one line.
caf::expected<manifest> parse_manifest(std::string_view text);

} // namespace camnode
