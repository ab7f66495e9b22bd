#define CAF_SUITE inspector
#include "tests/camnode_test.hpp"

#include "messages/clock.hpp"
#include "nodes/inspection/inspector.hpp"
#include "nodes/inspection/looker.hpp"
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
    life->may_end = true;
    end_actors();
  }

  inspected_node node() {
    inspected_node x;
    x.role = "client";
    x.id = "lab";
    x.version = "1.2.3";
    x.directory = &directory;
    x.alarms = &alarms;
    x.part_reports = [] {
      part_report ring;
      ring.name = "ring/cam-a";
      return std::vector<part_report>{ring};
    };
    x.truth = [] { return std::string{"{}"}; };
    x.metrics = [] { return std::string{"mine 1\n"}; };
    x.kill = [this](const std::string& name) { killed.push_back(name); };
    x.record = [this](const record_command& y) { commands.push_back(y); };
    return x;
  }

  inspector_actor start_inspector(std::vector<inspection_port_options> ports = {
                                    port_at("127.0.0.1")}) {
    inspector_parts parts;
    parts.node = node();
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

  /// What `operator` answers to a question.
  template <class Answer, class... Ts>
  caf::expected<Answer> ask(const operator_actor& whom, Ts... question) {
    auto handle = self->request(whom, caf::infinite, std::move(question)...);
    consume_messages();
    caf::expected<Answer> result{caf::error{}};
    handle.receive([&](Answer& x) { result = std::move(x); },
                   [&](caf::error& x) { result = std::move(x); });
    return result;
  }

  operator_actor start_operator() {
    return start<node_operator>("inspector/operator",
                                std::make_shared<inspection>(node()), life);
  }

  keeper_life_ptr life = std::make_shared<keeper_life>();
  bool taken = false;
  ec error = ec::listen_failed;
  int attempts = 0;
  int wanted = -1; ///< The port, of the last attempt.
  int open_ports = 0;
  fake_port* last_port = nullptr;
  std::vector<std::string> killed;
  std::vector<record_command> commands;
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
  last_port->trouble = "who answers there has ended";
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

CAF_TEST(nothing but its port ends who answers) {
  auto x = start_operator();
  for (auto reason : {caf::exit_reason::user_shutdown, caf::exit_reason::kill})
    self->send_exit(x, reason);
  self->send(caf::actor_cast<caf::actor>(x), caf::down_msg{x.address(), {}});
  CAF_CHECK(ask<node_report>(x, look_atom_v));
  CAF_CHECK(ends.empty());
  life->may_end = true;
  end(x);
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(a port that was chosen stays the same in the next life) {
  std::vector<inspection_port_options> ports{port_at("127.0.0.1", 0)};
  auto first = start_inspector(ports);
  CAF_CHECK_EQUAL(wanted, 0);
  end(first);
  start_inspector(ports);
  CAF_CHECK_EQUAL(wanted, 4710);
}

CAF_TEST(a look shows actors and parts and says who may operate) {
  auto x = start_operator();
  directory.schedule("camera", "server_supervisor", "stalled",
                     client_clock_ns() + 60'000'000'000);
  auto report = ask<node_report>(x, look_atom_v);
  CAF_REQUIRE(report);
  CAF_CHECK_EQUAL(report->role, "client");
  CAF_CHECK_EQUAL(report->id, "lab");
  CAF_CHECK_EQUAL(report->truth, "{}");
  CAF_CHECK(report->operates);
  CAF_REQUIRE_EQUAL(report->parts.size(), 1u);
  CAF_REQUIRE_EQUAL(report->actors.size(), 2u);
  CAF_CHECK_EQUAL(report->actors[0].name, "inspector/operator");
  CAF_CHECK(report->actors[0].alive);
  CAF_CHECK_EQUAL(report->actors[0].busy_with, "look");
  CAF_CHECK_EQUAL(report->actors[1].name, "camera");
  CAF_CHECK(!report->actors[1].alive);
  CAF_CHECK(report->actors[1].due_ns > 0);
}

CAF_TEST(a looker only looks) {
  auto x = start<looker>("inspector/looker",
                         std::make_shared<inspection>(node()), life);
  auto handle = self->request(x, caf::infinite, look_atom_v);
  consume_messages();
  handle.receive([](const node_report& y) { CAF_CHECK(!y.operates); },
                 [&](caf::error& y) { CAF_FAIL(describe(y)); });
}

CAF_TEST(what is killed is a child of the root) {
  auto root = directory.open("root", 0);
  auto child = directory.open("camera", 1, "root");
  auto inspector = directory.open("inspector", 1, "root");
  auto keeper = directory.open("keeper", 1, "inspector");
  auto x = start_operator();
  CAF_CHECK(ask<std::string>(x, kill_atom_v, std::string{"camera"}));
  for (auto* name : {"root", "keeper", "nobody"})
    CAF_CHECK(ask<std::string>(x, kill_atom_v, std::string{name}).error()
              == ec::unavailable);
  directory.close(child, "killed");
  directory.schedule("camera", "root", "killed", 1);
  CAF_CHECK(ask<std::string>(x, kill_atom_v, std::string{"camera"}).error()
            == ec::unavailable);
  CAF_CHECK_EQUAL(killed, (std::vector<std::string>{"camera"}));
}

CAF_TEST(record commands are checked as those over MQTT are) {
  auto x = start_operator();
  auto payload = std::string{
    R"({"action":"start","label":"a","duration_s":2})"};
  CAF_CHECK(ask<std::string>(x, record_atom_v, payload));
  for (auto* bad : {"", "go", R"({"action":"start","label":"../x"})"})
    CAF_CHECK(ask<std::string>(x, record_atom_v, std::string{bad}).error()
              == ec::bad_message);
  CAF_REQUIRE_EQUAL(commands.size(), 1u);
  CAF_CHECK(commands[0].start);
  CAF_CHECK_EQUAL(commands[0].label, "a");
  CAF_CHECK_EQUAL(commands[0].duration_ms, 2000);
}

CAF_TEST(a node that records nothing says so) {
  auto server = node();
  server.record = nullptr;
  auto x = start<node_operator>("inspector/operator",
                                std::make_shared<inspection>(server), life);
  CAF_CHECK(
    ask<std::string>(operator_actor{x}, record_atom_v, std::string{"start"})
      .error()
    == ec::unavailable);
}

CAF_TEST(the log level is one of four) {
  auto x = start_operator();
  CAF_CHECK(ask<std::string>(x, log_level_atom_v, std::string{"error"}));
  CAF_CHECK(!log_enabled(log_level::warning));
  CAF_CHECK(ask<std::string>(x, log_level_atom_v, std::string{"loud"}).error()
            == ec::bad_message);
}

CAF_TEST(metrics are those of the node) {
  auto x = start_operator();
  auto text = ask<std::string>(x, metrics_atom_v);
  CAF_CHECK_EQUAL(*text, "mine 1\n");
}

CAF_TEST(an alarm is seen with its actor) {
  auto x = start_operator();
  alarms.set("inspector/operator", "keeps ending");
  auto report = ask<node_report>(x, look_atom_v);
  CAF_REQUIRE(report);
  CAF_CHECK_EQUAL(report->actors.at(0).alarm, "keeps ending");
}

CAF_TEST_FIXTURE_SCOPE_END()
