#include "nodes/client/marker_entry.hpp"

#include "actors/sensor_log/marker.hpp"
#include "messages/error.hpp"
#include "messages/when.hpp"

#include <utility>

namespace camnode {

namespace {

constexpr const char* source = "api";

} // namespace

caf::expected<std::string> take_marker(const std::string& payload,
                                       const session_info& session,
                                       const sensor_log_options& log) {
  if (auto values = parse_marker(payload, source); !values)
    return std::move(values.error());
  mqtt_message x{marker_topic, payload, log.clock()};
  x.source = source;
  auto time_ns = session.session_ns(x.arrival_ns);
  // SENSOR LOG looks at the same line, which is drawn ahead of the end.
  auto stop_ms = session.exists() ? log.stop->of(session.start_ms) : 0;
  if (!session.exists() || (stop_ms != 0 && whole_ms(time_ns) >= stop_ms))
    return caf::make_error(ec::unavailable,
                           std::string{"nothing is being recorded"});
  log.queue->push(std::move(x));
  return "marked at " + time_text(time_ns);
}

} // namespace camnode
