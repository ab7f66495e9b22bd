#define CAF_SUITE choice
#include "tests/camnode_test.hpp"

#include "tools/camctl/choice.hpp"

using namespace camctl;

namespace {

answer node(const std::string& role, const std::string& path) {
  answer result;
  result.report.role = role;
  result.at.socket = path;
  return result;
}

/// The socket of the one that is chosen, or why none is.
std::string choose_of(std::vector<answer> nodes) {
  auto result = choose(std::move(nodes), {});
  return result ? result->at.socket : camnode::reason_of(result.error());
}

} // namespace

CAF_TEST(the only client comes before all servers) {
  CAF_CHECK_EQUAL(choose_of({node("server", "/a"), node("client", "/lab"),
                             node("server", "/b")}),
                  "/lab");
  CAF_CHECK_EQUAL(choose_of({node("server", "/a")}), "/a");
}

CAF_TEST(of several that are alike none is chosen) {
  CAF_CHECK_EQUAL(choose_of({node("client", "/lab"), node("server", "/a"),
                             node("client", "/lab-2")}),
                  "there are several clients here: /lab and /lab-2; say which "
                  "with --node /lab");
  CAF_CHECK_EQUAL(choose_of({node("server", "/a"), node("server", "/b"),
                             node("server", "/c")}),
                  "there are several servers here: /a, /b and /c; say which "
                  "with --node /a");
}
