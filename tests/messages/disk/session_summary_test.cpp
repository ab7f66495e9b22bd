#define CAF_SUITE session_summary
#include "tests/camnode_test.hpp"

#include "messages/disk/session_summary.hpp"

#include <functional>

using namespace camnode;

namespace {

/// A session of one camera and one sensor that has all that there was.
manifest whole() {
  manifest x;
  x.state = "finished";
  x.session.start_ms = 1'700'000'000'000;
  x.session.stop_ms = 1'700'000'600'000;
  auto& camera = x.cameras["pi-3"];
  camera.captured = camera.recorded = camera.durable = 100;
  camera.bytes = 5000;
  auto& sensor = x.sensors["door"];
  sensor.received = sensor.written = 3;
  return x;
}

/// The verdict after a change.
std::string with(const std::function<void(manifest&)>& change) {
  auto x = whole();
  change(x);
  return verdict_of(x);
}

constexpr const char* losses = "losses, all named";

} // namespace

CAF_TEST(a session with all that there was is all there) {
  CAF_CHECK_EQUAL(verdict_of(whole()), "all there");
  CAF_CHECK_EQUAL(with([](auto& x) { x.cameras.clear(); }), "all there");
  CAF_CHECK_EQUAL(with([](auto& x) { x.sensors.clear(); }), "all there");
  CAF_CHECK_EQUAL(with([](auto& x) {
                    x.sensors["door"].rejected[stored_reading] = 2;
                  }),
                  "all there");
}

CAF_TEST(whatever is missing is a loss) {
  for (auto& change : std::vector<std::function<void(manifest&)>>{
         [](auto& x) { x.state = "interrupted"; },
         [](auto& x) { x.outages.push_back({}); },
         [](auto& x) { x.cameras["pi-3"].lost = 1; },
         [](auto& x) { x.cameras["pi-3"].breaks.push_back({}); },
         [](auto& x) { x.cameras["pi-3"].absences.push_back({}); },
         [](auto& x) { x.cameras["pi-3"].unlisted_breaks = 1; },
         [](auto& x) { x.cameras["pi-3"].end_unknown = true; },
         [](auto& x) { x.cameras["pi-3"].captured = 0; },
         [](auto& x) { x.sensors["door"].rejected["too late"] = 1; },
         [](auto& x) {
           x.cameras.clear();
           x.sensors.clear();
         }})
    CAF_CHECK_EQUAL(with(change), losses);
}

CAF_TEST(a session that is not over is being recorded) {
  for (auto* state : {"recording", "stopping"})
    CAF_CHECK_EQUAL(with([&](auto& x) { x.state = state; }), "recording");
  CAF_CHECK_EQUAL(with([](auto& x) { x.state = "what"; }), "damage");
}

CAF_TEST(a session with faults in its files is damaged) {
  auto x = summary_of(whole(), "", {{"a film is missing"}, 3, 2});
  CAF_CHECK_EQUAL(x.at("verdict"), "damage");
  CAF_CHECK_EQUAL(x.at("faults").size(), 1u);
  CAF_CHECK_EQUAL(x.at("files_not_looked_for"), 2);
}

CAF_TEST(a summary has times as numbers and as times of day) {
  auto x = summary_of(whole(), "sessions/1700000000000.json");
  CAF_CHECK_EQUAL(x.at("start_ns"), 1'700'000'000'000'000'000);
  CAF_CHECK_EQUAL(x.at("start"), "2023-11-14T22:13:20.000Z");
  CAF_CHECK_EQUAL(x.at("stop"), "2023-11-14T22:23:20.000Z");
  CAF_CHECK_EQUAL(x.at("bytes"), 5000);
  auto open = whole();
  open.session.stop_ms = 0;
  CAF_CHECK(summary_of(open, "").at("stop_ns").is_null());
  CAF_CHECK(summary_of(open, "").at("stop").is_null());
}
