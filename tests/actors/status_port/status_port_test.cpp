#define CAF_SUITE status_port
#include "tests/camnode_test.hpp"

#include "actors/status_port/status_port.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/scratch_directory.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

struct fixture : actor_fixture {
  ~fixture() override {
    end_actors();
  }

  status_port_options options_for(uint16_t port) {
    status_port_options x;
    x.http.port = port;
    x.data = scratch.path();
    x.disk = disk;
    return x;
  }

  scratch_directory scratch;
  disk_board_ptr disk = std::make_shared<disk_board>();
  io_thread io;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(status_port_tests, fixture)

CAF_TEST(the port is open at once and in the state) {
  start<status_port>("status_port", io, options_for(0));
  auto state = figures("status_port").state;
  CAF_CHECK(has(state, "port "));
  CAF_CHECK(!has(state, "port 0"));
}

CAF_TEST(a taken port is tried again until it is free) {
  auto taken = std::make_unique<http_pages>(io, http_pages_options{});
  CAF_REQUIRE(!taken->start());
  auto port = taken->port();
  start<status_port>("status_port", io, options_for(port));
  advance(5s);
  CAF_CHECK(ends.empty());
  CAF_CHECK(has(figures("status_port").state, "trying again"));
  CAF_CHECK(has(figures("status_port").last_error, std::to_string(port)));
  taken.reset();
  advance(1s);
  CAF_CHECK_EQUAL(figures("status_port").state, "port " + std::to_string(port));
}

CAF_TEST(the room on the disk is known from the start) {
  start<status_port>("status_port", io, options_for(0));
  CAF_CHECK(disk->known);
  CAF_CHECK_GREATER(disk->free_bytes, 0u);
  CAF_CHECK_GREATER_OR_EQUAL(disk->size_bytes, disk->free_bytes);
}

CAF_TEST(a folder that has gone is not known and ends nobody) {
  auto options = options_for(0);
  options.data = scratch.path() / "gone";
  start<status_port>("status_port", io, options);
  CAF_CHECK(!disk->known);
  CAF_CHECK(ends.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
