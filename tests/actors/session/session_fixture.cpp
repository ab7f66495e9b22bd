#define CAF_SUITE session_fixture
#include "tests/camnode_test.hpp"

#include "messages/wire/json_text.hpp"
#include "tests/actors/session/session_fixture.hpp"

#include "actors/session/session.hpp"

#include <chrono>

namespace camnode_test {

session_fixture::session_fixture()
  : sensors(std::make_shared<camnode::sensor_board>()) {
  cameras = std::make_shared<camnode::fleet>();
  born_ns = now_ns;
  parent = spawn_fake_supervisor(sys, told);
  watch(caf::actor_cast<caf::actor>(parent));
}

session_fixture::~session_fixture() {
  end_actors();
}

void session_fixture::start_session_actor(camnode::session_info current,
                                          camnode::session_past past) {
  camnode::session_options options;
  options.client = "desk";
  options.version = "0.1";
  options.dir = scratch.path() / "sessions";
  options.segment = std::chrono::seconds{10};
  options.clock = clock();
  options.utc = [this] { return utc_ns(); };
  options.boot_id = "boot-1";
  options.space = [this] { return free_bytes; };
  options.min_minutes = 10;
  options.stop = stop;
  options.manifests = disk;
  options.late = late;
  options.folder = folder;
  testee = start<camnode::session>("session", options, cameras, sensors, parent,
                                   std::move(current), std::move(past));
}

camnode::recording_ledger_ptr
session_fixture::add_camera(const std::string& id) {
  camnode::fleet_member x;
  x.server.id = id;
  x.board = std::make_shared<camnode::viewer_board>();
  x.ledger = std::make_shared<camnode::recording_ledger>();
  cameras->put(x);
  return x.ledger;
}

void session_fixture::start_recording(const std::string& label,
                                      int64_t duration_ms, bool force) {
  tell(testee, camnode::record_command{true, label, duration_ms, force});
  if (!with_sensors && !told.sessions.empty()) {
    sensors->begin(told.sessions.back().start_ms);
    sensors->finish();
  }
}

void session_fixture::stop_recording() {
  tell(testee, camnode::record_command{});
}

nlohmann::json session_fixture::manifest(const std::string& pointer,
                                         const std::string& suffix) const {
  auto name = std::to_string(start_ms) + suffix + ".json";
  auto text = content_of(scratch.path() / "sessions" / name);
  auto result = camnode::parse_json(text);
  return result.is_object() ? result.at(nlohmann::json::json_pointer{pointer})
                            : nlohmann::json{};
}

nlohmann::json session_fixture::light(const std::string& pointer) const {
  return camnode::parse_json(told.truths.back())
    .at(nlohmann::json::json_pointer{pointer});
}

} // namespace camnode_test
