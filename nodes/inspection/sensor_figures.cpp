#include "nodes/inspection/sensor_figures.hpp"

#include <string>
#include <string_view>

namespace camnode {

namespace {

/// Those beyond the bound are summed up under the name that no topic has.
sensor_board::topics bounded(const sensor_board::topics& topics) {
  sensor_board::topics result, others;
  for (auto& x : topics)
    (result.size() < max_metrics_topics ? result : others).insert(x);
  if (!others.empty())
    result[""] = sensor_board::sum(others);
  return result;
}

void tell_readings(figure_teller out, const topic_figures& x) {
  out.passing("received", x.received, "camnode_sensor_readings_received_total",
              "Readings that came, in sessions and outside.");
  out.passing("written", x.written, "camnode_sensor_readings_written_total",
              "Readings written to files.");
  out.passing("durable", x.durable, "camnode_sensor_readings_durable_total",
              "Readings that survive a power cut.");
}

void tell_rejected(figure_teller out, const topic_figures& x,
                   std::string_view metric, std::string_view help) {
  out({}, std::nullopt, metric, help);
  for (auto& [reason, n] : x.rejected)
    out("rejected: " + reason, n, metric, help, {"reason", reason});
}

void tell_markers(figure_teller out, const topic_figures& x) {
  out.begin("markers", "markers", "sensor_log", {});
  out.passing("received", x.received, "camnode_markers_received_total",
              "Markers that came, in sessions and outside.");
  out.passing("written", x.written, "camnode_markers_written_total",
              "Markers written to files.");
  out.passing("durable", x.durable, "camnode_markers_durable_total",
              "Markers that survive a power cut.");
  tell_rejected(out, x, "camnode_markers_rejected_total",
                "Markers that are in no file, and why.");
}

} // namespace

void tell_sensors(figure_teller out, const sensor_board& board) {
  auto all = board.totals();
  auto markers = all.extract(marker_topic);
  tell_markers(out, markers ? markers.mapped() : topic_figures{});
  auto sum = sensor_board::sum(all);
  out.begin("sensors", "sensors", "sensor_log",
            std::to_string(all.size()) + " topics");
  out("topics", all.size());
  tell_readings(out.report(), sum);
  tell_readings(out.families(), sum);
  for (auto& [topic, x] : bounded(all))
    tell_readings(out.metrics().of("topic", topic), x);
  tell_rejected(out, sum, "camnode_sensor_readings_rejected_total",
                "Readings that are in no file, and why: \"no session\" is no "
                "loss.");
  out("last_error", board.last_error());
}

} // namespace camnode
