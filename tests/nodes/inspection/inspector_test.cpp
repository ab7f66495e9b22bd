#define CAF_SUITE inspector
#include "tests/camnode_test.hpp"

#include "nodes/inspection/inspector.hpp"
#include "tests/actors/actor_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

inspection_port_options port_at(const std::string& host, uint16_t port = 4710) {
  inspection_port_options result;
  result.host = host;
  result.port = port;
  result.operates = true;
  return result;
}

/// A port that counts itself.
class fake_port : public inspection_port {
public:
  explicit fake_port(int& open) : open_(open) {
    ++open_;
  }

  ~fake_port() override {
    --open_;
  }

  uint16_t number() const override {
    return 4710;
  }

  std::string why_useless() const override {
    return trouble;
  }

  std::string trouble;

private:
  int& open_;
};

struct fixture : actor_fixture {
  ~fixture() override {
    end_actors();
  }

  inspector_actor start_inspector(std::vector<inspection_port_options> ports = {
                                    port_at("127.0.0.1")}) {
    inspector_parts parts;
    parts.node.directory = &directory;
    parts.node.alarms = &alarms;
    parts.ports = std::move(ports);
    parts.open =
      [this](const inspection_port_options& options, const inspection_ptr&,
             const actor_context&) -> caf::expected<inspection_port_ptr> {
      ++attempts;
      wanted = options.port;
      if (taken)
        return caf::make_error(error, std::string{"taken"});
      auto port = std::make_unique<fake_port>(open_ports);
      last_port = port.get();
      return inspection_port_ptr{std::move(port)};
    };
    return start<inspector>("inspector", std::move(parts));
  }

  bool taken = false;
  ec error = ec::listen_failed;
  int attempts = 0;
  int wanted = -1; ///< The port, of the last attempt.
  int open_ports = 0;
  fake_port* last_port = nullptr;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(inspector_tests, fixture)

CAF_TEST(ports are open for as long as the inspector lives) {
  auto x = start_inspector({port_at("127.0.0.1"), port_at("10.0.0.1")});
  CAF_CHECK_EQUAL(open_ports, 2);
  CAF_CHECK_EQUAL(figures("inspector").state,
                  "answers on 127.0.0.1:4710; answers on 10.0.0.1:4710");
  end(x);
  CAF_CHECK_EQUAL(open_ports, 0);
}

CAF_TEST(a socket is named by its path) {
  auto socket = port_at("127.0.0.1");
  socket.socket.path = "/run/lab.sock";
  start_inspector({socket});
  CAF_CHECK_EQUAL(figures("inspector").state, "answers on /run/lab.sock");
}

CAF_TEST(a port that is taken is tried again) {
  taken = true;
  start_inspector();
  CAF_CHECK_EQUAL(attempts, 1);
  CAF_CHECK_EQUAL(figures("inspector").state, "cannot have 127.0.0.1:4710");
  CAF_CHECK_EQUAL(figures("inspector").last_error, "listen failed: taken");
  advance(4s);
  CAF_CHECK_EQUAL(attempts, 1);
  advance(1s);
  CAF_CHECK_EQUAL(attempts, 2);
  CAF_CHECK(ends.empty());
  taken = false;
  advance(5s);
  CAF_CHECK_EQUAL(open_ports, 1);
  advance(20s);
  CAF_CHECK_EQUAL(attempts, 3);
}

CAF_TEST(a port at which nobody can be asked is closed and opened again) {
  start_inspector();
  last_port->trouble = "expired yesterday";
  taken = true;
  advance(1s);
  CAF_CHECK_EQUAL(open_ports, 0);
  CAF_CHECK_EQUAL(attempts, 2);
  CAF_CHECK_EQUAL(figures("inspector").state, "cannot have 127.0.0.1:4710");
  taken = false;
  advance(5s);
  CAF_CHECK_EQUAL(open_ports, 1);
  CAF_CHECK_EQUAL(figures("inspector").last_error, "listen failed: taken");
  last_port->trouble = "expired";
  advance(1s);
  CAF_CHECK_EQUAL(open_ports, 1);
  CAF_CHECK_EQUAL(attempts, 4);
  CAF_CHECK_EQUAL(figures("inspector").last_error,
                  "closes 127.0.0.1:4710: expired");
}

CAF_TEST(a port without a certificate that counts is an alarm until it opens) {
  taken = true;
  error = ec::bad_configuration;
  start_inspector();
  auto told = alarms.look();
  CAF_CHECK_EQUAL(told["inspector/operator"], "bad configuration: taken");
  error = ec::listen_failed;
  taken = false;
  advance(5s);
  CAF_CHECK(alarms.look().empty());
}

CAF_TEST(a port that was chosen stays the same in the next life) {
  std::vector<inspection_port_options> ports{port_at("127.0.0.1", 0)};
  auto first = start_inspector(ports);
  CAF_CHECK_EQUAL(wanted, 0);
  end(first);
  start_inspector(ports);
  CAF_CHECK_EQUAL(wanted, 4710);
}

CAF_TEST_FIXTURE_SCOPE_END()
