#include "nodes/node.hpp"

#include "actors/shared/log.hpp"
#include "messages/actors.hpp"

#include <caf/send.hpp>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <utility>

namespace camnode {

namespace {

using namespace std::chrono_literals;

/// For a clean end. Beyond it the process ends all the same, as whoever sent
/// the signal waits.
constexpr auto stop_patience = 3s;

[[noreturn]] void end_now(const actor_directory& directory,
                          const std::string& why) {
  for (auto& x : directory.look())
    log_error("node", "still there: ", x.name, ", ", x.state);
  log_error("node", why);
  _exit(1);
}

} // namespace

node_config::node_config() {
  add_message_types<caf::id_block::camnode>();
  add_error_category(caf::atom("camnode"), render_error);
  // A tenth of the idle CPU of the default policy, which polls.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", size_t{2});
  // One actor cannot hold a worker for long.
  set("scheduler.max-throughput", size_t{64});
}

blocked_signals::blocked_signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  // A peer that closes is an error code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

bool blocked_signals::wait(std::chrono::milliseconds patience) const {
  timespec t{patience.count() / 1000, patience.count() % 1000 * 1'000'000};
  return sigtimedwait(&set_, nullptr, &t) > 0;
}

int run_node(const blocked_signals& signals, actor_directory& directory,
             caf::actor root,
             const std::function<std::chrono::milliseconds()>& idle) {
  auto ended = std::make_shared<std::atomic<bool>>(false);
  root->attach_functor([ended](const caf::error&) { *ended = true; });
  auto stopping = false;
  std::chrono::steady_clock::time_point deadline;
  while (!*ended) {
    auto rest = idle();
    if (signals.wait(stopping ? 5ms : rest)) {
      if (stopping)
        end_now(directory, "ended at once, by a second signal");
      stopping = true;
      deadline = std::chrono::steady_clock::now() + stop_patience;
      log_info("node", "stopping");
      caf::anon_send(root, stop_atom_v);
    }
    if (stopping && std::chrono::steady_clock::now() > deadline)
      end_now(directory, "could not end cleanly within 3 s");
  }
  if (!stopping) {
    log_error("node", "the supervisor has ended by itself");
    deadline = std::chrono::steady_clock::now() + stop_patience;
  }
  // What still runs would keep the actor system from ending, unseen.
  root = nullptr;
  while (!directory.look().empty())
    if (signals.wait(5ms) || std::chrono::steady_clock::now() > deadline)
      end_now(directory, "not all actors have ended");
  return stopping ? 0 : 1;
}

make_mqtt_client clients_for(const mqtt_options& x) {
  mqtt_broker broker;
  broker.host = x.host;
  broker.port = x.port;
  broker.username = x.username;
  if (!x.password_file.empty()) {
    auto password = read_password(x.password_file);
    if (!password)
      throw std::runtime_error(describe(password.error()));
    broker.password = *password;
  }
  broker.tls = x.tls;
  broker.ca_file = x.ca_file;
  broker.cert_file = x.cert_file;
  broker.key_file = x.key_file;
  return paho_clients(std::move(broker));
}

} // namespace camnode
