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
  result.viewer = std::make_shared<viewer_board>();
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
  a.viewer->update([](auto& x) { x.last_error = "refused"; });
  CAF_CHECK_EQUAL(ids(testee.connected()), "");
  a.viewer->update([](auto& x) { x.connected = true; });
  CAF_CHECK_EQUAL(ids(testee.connected()), "a ");
}
