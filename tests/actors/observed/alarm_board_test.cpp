#define CAF_SUITE alarm_board
#include "tests/camnode_test.hpp"

#include "actors/observed/alarm_board.hpp"
#include "actors/observed/observed.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/typed_event_based_actor.hpp>

using namespace camnode;
using namespace camnode_test;

namespace {

/// An actor that finds something wrong for as long as it lives.
class worrier : public observed<stream_publisher_actor::base> {
public:
  using observed::observed;

protected:
  behavior_type make_behavior() override {
    alarms().set_concern(who(), "too fast");
    return {[](beat_atom) {}};
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(alarm_board_tests, actor_fixture)

CAF_TEST(an alarm lasts until an empty text ends it) {
  alarms.set("a", "keeps ending");
  alarms.set("b", "does not answer");
  alarms.set("a", "does not answer");
  auto all = alarms.look();
  CAF_CHECK_EQUAL(all.size(), 2u);
  CAF_CHECK_EQUAL(all["a"], "does not answer");
  alarms.set("a", "");
  alarms.set("nobody", "");
  CAF_CHECK_EQUAL(alarms.look().size(), 1u);
}

CAF_TEST(the concern of an actor stands beside its alarm while it lives) {
  auto actor = start<worrier>("viewer/cam");
  // By value: a check keeps references to what it compares.
  auto alarm = [&] { return std::string{alarms.look().at("viewer/cam")}; };
  CAF_CHECK_EQUAL(alarm(), "too fast");
  alarms.set("viewer/cam", "keeps ending");
  CAF_CHECK_EQUAL(alarm(), "keeps ending; too fast");
  alarms.set("viewer/cam", "");
  CAF_CHECK_EQUAL(alarm(), "too fast");
  end(actor);
  CAF_CHECK(alarms.look().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
