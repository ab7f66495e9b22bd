#define CAF_SUITE fleet
#include "tests/camnode_test.hpp"

#include "actors/shared/fleet.hpp"

using namespace camnode;

namespace {

fleet_member member(const std::string& id, const std::string& ip,
                    bool legacy = false) {
  fleet_member result;
  result.server.id = id;
  result.server.ip = ip;
  result.server.legacy = legacy;
  result.board = std::make_shared<viewer_board>();
  result.ledger = std::make_shared<recording_ledger>();
  return result;
}

std::string ids(const std::vector<server_info>& xs) {
  std::string result;
  for (auto& x : xs)
    result += x.id + " ";
  return result;
}

} // namespace

CAF_TEST(connected is who sends frames or was never tried in vain) {
  fleet testee;
  auto a = member("a", "10.0.0.1");
  testee.put(a);
  testee.put(member("legacy", "10.0.0.9", true));
  testee.put(member("unknown", ""));
  CAF_CHECK_EQUAL(ids(testee.connected()), "a ");
  a.board->update([](auto& x) { x.last_error = "refused"; });
  CAF_CHECK_EQUAL(ids(testee.connected()), "");
  a.board->update([](auto& x) { x.connected = true; });
  CAF_CHECK_EQUAL(ids(testee.connected()), "a ");
}

CAF_TEST(who is connected is where frames come from) {
  fleet testee;
  auto a = member("a", "10.0.0.1");
  testee.put(a);
  CAF_CHECK(!testee.has_heard("a"));
  a.board->update([](auto& x) {
    x.connected = true;
    x.ip = "10.0.0.7";
    x.port = 8001;
    x.told_epoch = 5;
    x.frames = 1;
  });
  auto connected = testee.connected().at(0);
  CAF_CHECK_EQUAL(connected.ip, "10.0.0.7");
  CAF_CHECK_EQUAL(connected.port, 8001);
  CAF_CHECK_EQUAL(connected.epoch, 5u);
  CAF_CHECK(testee.has_heard("a"));
  a.board->update([](auto& x) { x.connected = false; });
  CAF_CHECK_EQUAL(testee.look().at(0).as_connected().ip, "10.0.0.1");
}
