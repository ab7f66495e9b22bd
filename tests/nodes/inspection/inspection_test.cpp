#define CAF_SUITE inspection
#include "tests/camnode_test.hpp"

#include "actors/base/log.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "tests/nodes/inspection/inspection_fixture.hpp"

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(inspection_tests, inspection_fixture)

CAF_TEST(a look shows actors and parts and says who may operate) {
  auto camera = directory.open("camera", 1, "root");
  directory.schedule("viewer", "root", "stalled",
                     client_clock_ns() + 60'000'000'000);
  auto x = look_into();
  auto report = x->look(true);
  CAF_CHECK_EQUAL(report.role, "client");
  CAF_CHECK_EQUAL(report.id, "lab");
  CAF_CHECK_EQUAL(report.truth, "{}");
  CAF_CHECK(report.operates);
  CAF_CHECK(!x->look(false).operates);
  CAF_REQUIRE_EQUAL(report.parts.size(), 1u);
  CAF_REQUIRE_EQUAL(report.actors.size(), 2u);
  CAF_CHECK_EQUAL(report.actors[0].name, "camera");
  CAF_CHECK(report.actors[0].alive);
  CAF_CHECK_EQUAL(report.actors[1].name, "viewer");
  CAF_CHECK(!report.actors[1].alive);
  CAF_CHECK(report.actors[1].due_ns > 0);
}

CAF_TEST(what is killed is a child of the root) {
  auto root = directory.open("root", 0);
  auto child = directory.open("camera", 1, "root");
  auto inspector = directory.open("inspector", 1, "root");
  auto helper = directory.open("helper", 1, "inspector");
  auto x = look_into();
  CAF_CHECK(x->kill("camera"));
  for (auto* name : {"root", "helper", "nobody"})
    CAF_CHECK(x->kill(name).error() == ec::unavailable);
  directory.close(child, "killed");
  directory.schedule("camera", "root", "killed", 1);
  CAF_CHECK(x->kill("camera").error() == ec::unavailable);
  CAF_CHECK_EQUAL(killed, (std::vector<std::string>{"camera"}));
}

CAF_TEST(record commands are checked as those over MQTT are) {
  auto x = look_into();
  CAF_CHECK(x->record(R"({"action":"start","label":"a","duration_s":2})"));
  for (auto* bad : {"", "go", R"({"action":"start","label":"../x"})"})
    CAF_CHECK(x->record(bad).error() == ec::bad_message);
  CAF_REQUIRE_EQUAL(commands.size(), 1u);
  CAF_CHECK(commands[0].start);
  CAF_CHECK_EQUAL(commands[0].label, "a");
  CAF_CHECK_EQUAL(commands[0].duration_ms, 2000);
}

CAF_TEST(a node that records nothing says so) {
  CAF_CHECK(look_into(false)->record("start").error() == ec::unavailable);
}

CAF_TEST(the log level is one of four) {
  auto x = look_into();
  CAF_CHECK(x->set_level("error"));
  CAF_CHECK(!log_enabled(log_level::warning));
  CAF_CHECK(x->set_level("loud").error() == ec::bad_message);
}

CAF_TEST(an alarm is seen with its actor) {
  auto camera = directory.open("camera", 1, "root");
  alarms.set("camera", "keeps ending");
  auto report = look_into()->look(false);
  CAF_CHECK_EQUAL(report.actors.at(0).alarm, "keeps ending");
}

CAF_TEST(an error is told with its age also in the next life) {
  auto camera = directory.open("camera", 1, "root");
  auto report = look_into()->look(false);
  CAF_CHECK_EQUAL(report.actors.at(0).last_error_age_ns, 0);
  camera->set_error("unplugged");
  auto told_ns = client_clock_ns();
  directory.close(camera, "unplugged");
  camera = directory.open("camera", 1, "root");
  report = look_into()->look(false);
  CAF_CHECK_EQUAL(report.actors.at(0).last_error, "unplugged");
  CAF_CHECK(report.actors.at(0).last_error_age_ns > 0);
  CAF_CHECK(report.actors.at(0).last_error_age_ns
            <= client_clock_ns() - told_ns);
}

CAF_TEST_FIXTURE_SCOPE_END()
