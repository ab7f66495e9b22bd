#define CAF_SUITE node_metrics
#include "tests/camnode_test.hpp"

#include "nodes/web/node_metrics.hpp"

using namespace camnode;

namespace {

/// Whether the node's figures have this line.
bool has(const actor_directory& directory, const alarm_board& alarms,
         const std::string& line) {
  metrics_text out;
  write_node(out, "server", "cam-a", directory, alarms);
  return out.text().find("\n" + line + "\n") != std::string::npos;
}

} // namespace

CAF_TEST(restarts are counted while an actor is away too) {
  actor_directory directory;
  alarm_board alarms;
  auto restarts = std::string{
    R"(camnode_actor_restarts_total{actor="camera"} )"};
  directory.close(directory.open("camera", 0, "root"), "stalled");
  auto second = directory.open("camera", 0, "root");
  CAF_CHECK(has(directory, alarms, restarts + "1"));
  directory.close(second, "stalled");
  directory.schedule("camera", "root", "stalled", 77);
  CAF_CHECK(has(directory, alarms, restarts + "1"));
}

CAF_TEST(it is known when certificates expire) {
  actor_directory directory;
  alarm_board alarms;
  alarms.set_certificate_expiry("stream_publisher", 1'600'000'000);
  CAF_CHECK(has(directory, alarms,
                "camnode_certificate_expiry_timestamp_seconds{actor="
                "\"stream_publisher\"} 1600000000"));
}
