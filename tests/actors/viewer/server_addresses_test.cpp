#define CAF_SUITE server_addresses
#include "tests/camnode_test.hpp"

#include "actors/viewer/server_addresses.hpp"

using namespace camnode;

namespace {

server_address at(uint16_t port) {
  return {"10.0.0.1", port};
}

} // namespace

CAF_TEST(a server is looked for where it was announced) {
  server_addresses testee{at(1), {}};
  for (int i = 0; i < 3; ++i)
    CAF_CHECK_EQUAL(testee.next().port, 1);
  testee.prove();
  CAF_CHECK_EQUAL(testee.next().port, 1);
}

CAF_TEST(a server that moved is found at once) {
  server_addresses testee{at(1), {}};
  testee.next();
  testee.prove();
  testee.announce(at(2));
  CAF_CHECK_EQUAL(testee.next().port, 2);
}

CAF_TEST(where a server was is tried in turn with where it is said to be) {
  server_addresses testee{at(2), at(1)};
  CAF_CHECK_EQUAL(testee.next().port, 2);
  CAF_CHECK_EQUAL(testee.next().port, 1);
  CAF_CHECK_EQUAL(testee.next().port, 2);
  testee.prove();
  CAF_CHECK_EQUAL(testee.next().port, 2);
  CAF_CHECK_EQUAL(testee.next().port, 2);
}

CAF_TEST(ever new announcements do not keep where a server was from its turn) {
  server_addresses testee{at(1), {}};
  testee.next();
  testee.prove();
  for (uint16_t port = 2; port < 9; port += 2) {
    testee.announce(at(port));
    CAF_CHECK_EQUAL(testee.next().port, port);
    testee.announce(at(static_cast<uint16_t>(port + 1)));
    CAF_CHECK_EQUAL(testee.next().port, 1);
  }
}
