#define CAF_SUITE service_manager
#include "tests/camnode_test.hpp"

#include "actors/base/file_ops.hpp"
#include "nodes/running/service_manager.hpp"
#include "tests/scratch_directory.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

using namespace camnode;
using camnode_test::scratch_directory;
using namespace std::chrono_literals;

namespace {

/// A service manager's end of the socket.
struct fixture {
  ~fixture() {
    for (auto name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
      unsetenv(name);
  }

  /// @param name Of the socket; of the abstract namespace if it begins with @.
  void listen_at(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@')
      address.sun_path[0] = '\0';
    fd.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    auto size = offsetof(sockaddr_un, sun_path) + name.size();
    CAF_REQUIRE_EQUAL(bind(fd.get(), reinterpret_cast<sockaddr*>(&address),
                           static_cast<socklen_t>(size)),
                      0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }

  /// The next datagram; empty if there is none.
  std::string heard() {
    char text[1000];
    auto n = recv(fd.get(), text, sizeof(text), 0);
    return n < 0 ? std::string{} : std::string{text, static_cast<size_t>(n)};
  }

  scratch_directory scratch;
  unique_fd fd;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(service_manager_tests, fixture)

CAF_TEST(without a socket nothing is told) {
  service_manager testee;
  CAF_CHECK(!testee);
  testee.tell("READY=1");
}

CAF_TEST(a socket with a path hears what is told) {
  listen_at((scratch.path() / "notify").string());
  service_manager testee;
  CAF_CHECK(static_cast<bool>(testee));
  testee.tell("READY=1\nSTATUS=running");
  testee.tell("WATCHDOG=1");
  CAF_CHECK_EQUAL(heard(), "READY=1\nSTATUS=running");
  CAF_CHECK_EQUAL(heard(), "WATCHDOG=1");
  CAF_CHECK_EQUAL(heard(), "");
}

CAF_TEST(a socket of the abstract namespace hears as well) {
  listen_at("@camnode-test-" + std::to_string(getpid()));
  service_manager{}.tell("READY=1");
  CAF_CHECK_EQUAL(heard(), "READY=1");
}

CAF_TEST(a manager that does not read does not hold anybody up) {
  listen_at((scratch.path() / "notify").string());
  service_manager testee;
  for (int i = 0; i < 10'000; ++i)
    testee.tell("WATCHDOG=1");
  CAF_CHECK_EQUAL(heard(), "WATCHDOG=1");
}

CAF_TEST(a manager that is gone is no error) {
  setenv("NOTIFY_SOCKET", (scratch.path() / "nobody").c_str(), 1);
  service_manager{}.tell("READY=1");
}

CAF_TEST(addresses that are none are no manager) {
  for (auto name : {std::string{"notify"}, std::string{"vsock:2:1"},
                    "/" + std::string(108, 'x')}) {
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    CAF_CHECK(!service_manager{});
  }
}

CAF_TEST(the watchdog is that of this process) {
  CAF_CHECK(service_manager{}.watchdog() == 0ms);
  setenv("WATCHDOG_USEC", "10000000", 1);
  CAF_CHECK(service_manager{}.watchdog() == 10s);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  CAF_CHECK(service_manager{}.watchdog() == 10s);
  setenv("WATCHDOG_PID", "1", 1);
  CAF_CHECK(service_manager{}.watchdog() == 0ms);
}

CAF_TEST(a watchdog that is no number is none) {
  for (auto text : {"", "x", "-5", "10s", "99999999999999999999"}) {
    setenv("WATCHDOG_USEC", text, 1);
    CAF_CHECK(service_manager{}.watchdog() == 0ms);
  }
}

CAF_TEST(a value is one line of bounded length) {
  CAF_CHECK_EQUAL(one_line("a\nREADY=1\x01z"), "a?READY=1?z");
  CAF_CHECK_EQUAL(one_line(std::string(10'000, 'x')).size(), 400u);
}

CAF_TEST_FIXTURE_SCOPE_END()
