#define CAF_SUITE shared_addresses
#include "tests/camnode_test.hpp"

#include "nodes/client/shared_addresses.hpp"

using namespace camnode;

namespace {

/// @param announced What it is announced as; empty where it only answers.
/// @param told What it calls itself; empty if it does not.
fleet_member camera(const std::string& id, const std::string& announced,
                    bool connected, const std::string& told) {
  fleet_member x;
  x.server.id = id;
  x.server.ip = "10.0.0.1";
  x.server.port = 8000;
  x.server.announced_id = announced;
  x.server.legacy = announced.empty();
  x.board = std::make_shared<viewer_board>();
  x.board->update([&](viewer_figures& f) {
    f.connected = connected;
    f.legacy = told.empty();
    f.ip = x.server.ip;
    f.port = x.server.port;
    f.told_id = told;
  });
  return x;
}

server_info claim(const std::string& id) {
  return camera(id, id, false, {}).server;
}

} // namespace

CAF_TEST(who has said its name is not ended by the announcement of another) {
  auto a = camera("a", "a", true, "a");
  CAF_CHECK(holds_its_place(a, true, claim("b")));
  CAF_CHECK(holds_its_place(a, false, claim("b")));
}

CAF_TEST(a server that is in a break keeps its place until its goodbye) {
  auto a = camera("a", "a", false, {});
  CAF_CHECK(holds_its_place(a, true, claim("b")));
  CAF_CHECK(!holds_its_place(a, false, claim("b")));
}

CAF_TEST(a legacy server that sends is not ended by an announcement) {
  auto old = camera("10.0.0.1", {}, true, {});
  CAF_CHECK(holds_its_place(old, true, claim("b")));
  old.board->update([](auto& f) { f.connected = false; });
  CAF_CHECK(!holds_its_place(old, true, claim("b")));
}

CAF_TEST(what cannot be told apart is replaced) {
  auto by_ip = camera("10.0.0.1", {}, true, "b");
  CAF_CHECK(!holds_its_place(by_ip, true, claim("b")));
  auto nameless = camera("a", "a", true, {});
  nameless.board->update([](auto& f) { f.legacy = false; });
  CAF_CHECK(!holds_its_place(nameless, true, claim("b")));
  CAF_CHECK(!holds_its_place(camera("left", "b", true, "b"), true, claim("b")));
}

CAF_TEST(who has said its name ends those that show the same pictures) {
  auto doubles = doubles_in({camera("10.0.0.1", {}, true, {}),
                             camera("away", {}, false, {}),
                             camera("b", "b", true, "b")});
  CAF_REQUIRE_EQUAL(doubles.size(), 1u);
  CAF_CHECK_EQUAL(doubles[0].first, "10.0.0.1");
  CAF_CHECK_EQUAL(doubles[0].second.id, "b");
  CAF_CHECK(
    doubles_in({camera("10.0.0.1", {}, true, {}), camera("b", "b", false, {})})
      .empty());
}
