#define CAF_SUITE inspector
#include "tests/camnode_test.hpp"

#include "nodes/inspection/inspector.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/nodes/inspection/inspection_fixture.hpp"
#include "tests/scratch_directory.hpp"

#include <filesystem>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

struct fixture : actor_fixture {
  ~fixture() override {
    end_actors();
  }

  inspector_actor start_inspector() {
    inspected_node node;
    node.look = [this] {
      return std::make_unique<const fake_figures>("server", "cam", directory,
                                                  alarms);
    };
    inspector_parts parts;
    parts.node = std::make_shared<inspection>(std::move(node));
    parts.find_socket = [this] {
      ++attempts;
      return node_socket{path};
    };
    return start<inspector>("inspector", std::move(parts));
  }

  bool is_open() const {
    return std::filesystem::is_socket(path);
  }

  scratch_directory scratch;
  std::string path = scratch.path() / "lab.sock";
  int attempts = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(inspector_tests, fixture)

CAF_TEST(the socket is open for as long as the inspector lives) {
  auto x = start_inspector();
  CAF_CHECK(is_open());
  CAF_CHECK_EQUAL(figures("inspector").state, "answers on " + path);
  end(x);
  CAF_CHECK(!is_open());
}

CAF_TEST(a socket that is taken is tried again) {
  scratch.put("lab.sock", "somebody's file");
  start_inspector();
  CAF_CHECK_EQUAL(attempts, 1);
  CAF_CHECK_EQUAL(figures("inspector").state, "cannot have " + path);
  CAF_CHECK_EQUAL(figures("inspector").last_error.find("listen failed: "), 0u);
  advance(4s);
  CAF_CHECK_EQUAL(attempts, 1);
  advance(1s);
  CAF_CHECK_EQUAL(attempts, 2);
  CAF_CHECK(ends.empty());
  std::filesystem::remove(path);
  advance(5s);
  CAF_CHECK(is_open());
  advance(20s);
  CAF_CHECK_EQUAL(attempts, 3);
}

CAF_TEST(an inspector without a socket lives and says so) {
  path.clear();
  start_inspector();
  CAF_CHECK_EQUAL(figures("inspector").state, "has no socket");
}

CAF_TEST_FIXTURE_SCOPE_END()
