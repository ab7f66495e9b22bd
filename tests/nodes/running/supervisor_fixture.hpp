#pragma once

// What the tests of supervisors share. Include it after `camnode_test.hpp`.

#include "messages/actors.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace camnode_test::supervised {

using namespace camnode;
using namespace std::chrono_literals;

/// A supervisor that a test can tell to add and to remove children.
using testee_actor
  = supervisor_actor::extend<caf::reacts_to<found_atom, std::string, int>,
                             caf::reacts_to<lost_atom, std::string>>;

/// What the children do, and what became of them.
struct nursery {
  std::map<std::string, int> starts;
  std::map<std::string, caf::actor> present; ///< The last life of each.
  std::vector<std::string> ended;
  std::set<std::string> unable; ///< Cannot be started.
  std::set<std::string> deaf;   ///< Does not end when told to.
  std::set<std::string> stuck;  ///< Does not come to its messages.
  std::map<std::string, std::vector<std::function<void()>>> waiting;
};

struct fixture : actor_fixture {
  fixture();
  ~fixture() override;

  void add(const std::string& name, int phase = 0);
  void fail(const std::string& name, const std::string& why = "gone");

  /// Lets a supervisor look after its children once a second.
  void look(int seconds);

  void come_free(const std::string& name);
  std::string alarm(const std::string& name);

  nursery kids;
  testee_actor root;
};

using names = std::vector<std::string>;

} // namespace camnode_test::supervised
