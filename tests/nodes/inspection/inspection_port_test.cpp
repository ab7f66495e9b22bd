#define CAF_SUITE inspection_port
#include "tests/camnode_test.hpp"

#include "messages/actors.hpp"
#include "nodes/inspection/bounded_broker.hpp"
#include "nodes/inspection/inspection_config.hpp"
#include "nodes/inspection/inspection_door.hpp"
#include "nodes/inspection/inspection_port.hpp"

#include <caf/io/middleman.hpp>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace camnode;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

/// Somebody who asks.
struct peer {
  explicit peer(const char* protocol = inspection_protocol)
    : config(protocol), system(config), self(system) {
  }

  struct peer_config : inspection_config {
    explicit peer_config(const char* protocol) : inspection_config({}) {
      set("middleman.app-identifiers", std::vector<std::string>{protocol});
    }
  };

  caf::expected<looker_actor> connect(uint16_t port) {
    return system.middleman().remote_actor<looker_actor>("127.0.0.1", port);
  }

  peer_config config;
  caf::actor_system system;
  caf::scoped_actor self;
};

/// A plain TCP connection.
class raw_peer {
public:
  explicit raw_peer(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = connect(socket_, reinterpret_cast<sockaddr*>(&where),
                        sizeof(where))
                == 0;
  }

  ~raw_peer() {
    close(socket_);
  }

  template <size_t N>
  void send(const std::array<unsigned char, N>& bytes) {
    ::send(socket_, bytes.data(), N, MSG_NOSIGNAL);
  }

  void send(const std::string& bytes) {
    ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  /// Whether the other side closes, before a long time has passed.
  bool is_closed() {
    for (;;) {
      pollfd state{socket_, POLLIN, 0};
      if (poll(&state, 1, 30'000) != 1)
        return false;
      char answer[512];
      if (recv(socket_, answer, sizeof(answer), 0) <= 0)
        return true;
    }
  }

  bool connected = false;

private:
  const int socket_;
};

/// A frame of CAF's protocol.
std::string frame_of(char type, char payload_bytes = 0, char destination = 0) {
  std::string result(32, '\0');
  result[0] = type;
  result[7] = payload_bytes;
  result[31] = destination;
  return result + std::string(static_cast<size_t>(payload_bytes), 'x');
}

const auto hello = frame_of(1, 1);
const auto question = frame_of(2, 1, 1);
const auto heartbeat = frame_of(6);

/// A door, and what comes through it instead of a node.
class busy_door {
public:
  /// @param question How long one may ask nothing where others wait.
  explicit busy_door(std::chrono::milliseconds question) {
    auto take = [this](int x) {
      std::lock_guard<std::mutex> guard{mutex_};
      inner_.push_back(x);
      came_.notify_all();
    };
    auto opened = open_inspection_door("127.0.0.1", 0, nullptr, take,
                                       {1h, question});
    if (!opened)
      CAF_FAIL(describe(opened.error()));
    door_ = std::move(*opened);
  }

  ~busy_door() {
    door_.reset();
    for (auto x : inner_)
      close(x);
  }

  uint16_t port() const {
    return door_->number();
  }

  /// Has a new guest say something, and waits until it came through.
  void greet(const std::string& words) {
    guests.push_back(std::make_unique<raw_peer>(port()));
    {
      std::unique_lock<std::mutex> guard{mutex_};
      came_.wait_for(guard, patience,
                     [&] { return inner_.size() == guests.size(); });
      CAF_REQUIRE_EQUAL(inner_.size(), guests.size());
    }
    CAF_CHECK(passes(guests.size() - 1, words));
  }

  /// Whether what a guest says comes through.
  bool passes(size_t guest, const std::string& words) {
    guests[guest]->send(words);
    std::string heard(words.size(), ' ');
    timeval limit{30, 0};
    setsockopt(inner_[guest], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    auto n = recv(inner_[guest], heard.data(), heard.size(), MSG_WAITALL);
    return n == static_cast<ssize_t>(words.size()) && heard == words;
  }

  std::vector<std::unique_ptr<raw_peer>> guests;

private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<int> inner_;
  inspection_door_ptr door_;
};

struct fixture {
  fixture() {
    inspected_node x;
    x.role = "server";
    x.id = "cam-a";
    x.directory = &directory;
    x.alarms = &alarms;
    node = std::make_shared<inspection>(x);
  }

  inspection_port_ptr open(bool operates = false) {
    inspection_port_options options;
    options.host = "127.0.0.1";
    options.operates = operates;
    actor_context context{&directory, &alarms, "inspector/looker", 0};
    auto port = open_caf_port(options, node, context);
    if (!port)
      CAF_FAIL(describe(port.error()));
    return std::move(*port);
  }

  actor_directory directory;
  alarm_board alarms;
  inspection_ptr node;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(inspection_port_tests, fixture)

CAF_TEST(a peer of the same version is answered) {
  auto port = open();
  peer x;
  auto looker = x.connect(port->number());
  CAF_REQUIRE(looker);
  x.self->request(*looker, patience, look_atom_v)
    .receive([](const node_report& y) { CAF_CHECK_EQUAL(y.id, "cam-a"); },
             [](const caf::error& y) { CAF_FAIL(describe(y)); });
}

CAF_TEST(a peer of another version is refused) {
  auto port = open();
  peer x{"camnode-inspect/0"};
  auto looker = x.connect(port->number());
  CAF_REQUIRE(!looker);
  CAF_CHECK(looker.error() == caf::sec::incompatible_application_ids);
}

CAF_TEST(what operates is no part of what looks) {
  auto port = open();
  peer x;
  auto found = x.system.middleman().remote_actor<operator_actor>(
    "127.0.0.1", port->number());
  CAF_REQUIRE(!found);
  CAF_CHECK(found.error() == caf::sec::unexpected_actor_messaging_interface);
}

CAF_TEST(a port that was open is free again) {
  uint16_t number = 0;
  for (int i = 0; i < 3; ++i) {
    auto port = open(true);
    CAF_CHECK_EQUAL(directory.look().size(), 1u);
    number = port->number();
  }
  CAF_CHECK(directory.look().empty());
  CAF_CHECK(!raw_peer{number}.connected);
}

CAF_TEST(a message that is announced as too long ends the connection) {
  auto port = open();
  raw_peer x{port->number()};
  CAF_REQUIRE(x.connected);
  // A client handshake of BASP with a payload of 3.75 GiB, and its first byte.
  std::array<unsigned char, 41> header{};
  header[0] = 1;
  header[4] = 0xF0;
  x.send(header);
  CAF_CHECK(x.is_closed());
}

CAF_TEST(who says nothing makes room for others) {
  auto port = open();
  std::vector<std::unique_ptr<raw_peer>> silent;
  for (int i = 0; i < max_connections; ++i)
    silent.push_back(std::make_unique<raw_peer>(port->number()));
  peer x;
  CAF_CHECK(x.connect(port->number()));
  CAF_CHECK(silent.front()->is_closed());
}

CAF_TEST(of those who only beat the idlest makes room for others) {
  busy_door testee{0ms};
  for (int i = 0; i < max_connections; ++i)
    testee.greet(hello + heartbeat);
  for (size_t i = 0; i < size_t{max_connections}; ++i)
    if (i != 7)
      CAF_CHECK(testee.passes(i, question));
  CAF_CHECK(testee.passes(7, heartbeat));
  testee.greet(hello);
  CAF_CHECK(testee.guests[7]->is_closed());
  CAF_CHECK(testee.passes(0, question));
}

CAF_TEST(who asked a moment ago keeps the place) {
  busy_door testee{1h};
  for (int i = 0; i < max_connections; ++i)
    testee.greet(hello);
  CAF_CHECK(raw_peer{testee.port()}.is_closed());
  for (size_t i = 0; i < size_t{max_connections}; ++i)
    CAF_CHECK(testee.passes(i, heartbeat));
}

CAF_TEST(who says nothing is closed in the end) {
  auto port = open();
  raw_peer x{port->number()};
  CAF_CHECK(x.is_closed());
}

CAF_TEST(a peer can end nobody) {
  auto port = open();
  peer x;
  auto looker = x.connect(port->number());
  CAF_REQUIRE(looker);
  for (auto reason : {caf::exit_reason::user_shutdown, caf::exit_reason::kill})
    x.self->send_exit(*looker, reason);
  x.self->request(*looker, patience, look_atom_v)
    .receive([](const node_report& y) { CAF_CHECK_EQUAL(y.id, "cam-a"); },
             [](const caf::error& y) { CAF_FAIL(describe(y)); });
  CAF_CHECK_EQUAL(port->why_useless(), "");
}

CAF_TEST(nobody of CAFs own can be asked for by name) {
  inspection_config config{tls_files{}};
  caf::actor_system system{config};
  CAF_REQUIRE(!system.registry().named_actors().empty());
  make_bounded_broker(system);
  CAF_CHECK(system.registry().named_actors().empty());
}

CAF_TEST(a port whose certificates cannot be read is not opened) {
  inspection_port_options options;
  options.host = "127.0.0.1";
  options.tls = {"/no/such.pem", "/no/such.key", "/no/such.pem"};
  actor_context context{&directory, &alarms, "inspector/looker", 0};
  auto port = open_caf_port(options, node, context);
  CAF_REQUIRE(!port);
  CAF_CHECK_EQUAL(describe(port.error()),
                  "bad configuration: cert-file=/no/such.pem: want a "
                  "certificate (PEM)");
}

CAF_TEST_FIXTURE_SCOPE_END()
