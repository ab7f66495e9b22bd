#include "nodes/running/node.hpp"

#include "actors/base/log.hpp"
#include "actors/observed/observed.hpp"
#include "messages/actors.hpp"
#include "nodes/inspection/node_api.hpp"
#include "nodes/running/service_manager.hpp"

#include <caf/send.hpp>

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace camnode {

namespace {

using namespace std::chrono_literals;

/// For a clean end. Beyond it the process ends all the same, as the sender of
/// the signal waits.
constexpr auto stop_patience = 3s;

/// Signals this close are one: `timeout` and shells signal a process, and then
/// the group that it is in.
constexpr auto same_signal = 100ms;

/// How often the root is asked whether it lives, at least.
constexpr auto longest_pulse = 1000ms;

/// Asks the root whether it lives, and passes its answers on to the service
/// manager: what that hears is the tree's own pulse, not this thread's.
class pulse {
public:
  pulse(std::shared_ptr<actor_probe> probe, const alarm_board& alarms)
    : alarms_(alarms), probe_(std::move(probe)) {
    auto wanted = manager_.watchdog() / 4;
    interval_ = wanted.count() > 0 ? std::min(wanted, longest_pulse)
                                   : longest_pulse;
  }

  std::chrono::milliseconds interval() const {
    return interval_;
  }

  void beat(const caf::actor& root) {
    if (!manager_ || !probe_)
      return;
    if (probe_->answers() > passed_on_) {
      passed_on_ = probe_->answers();
      manager_.tell(passed_on_ == 1 ? "READY=1\nWATCHDOG=1" : "WATCHDOG=1");
      tell_state();
    }
    auto now = std::chrono::steady_clock::now();
    if (passed_on_ < asked_ || now < due_)
      return;
    ++asked_;
    due_ = now + interval_;
    caf::anon_send<caf::message_priority::high>(root, alive_atom::value);
  }

  void stopping() {
    manager_.tell("STOPPING=1\nSTATUS=stopping");
  }

private:
  void tell_state() {
    auto text = probe_->look().state;
    for (auto& [actor, alarm] : alarms_.look())
      text += "; " + actor + ": " + alarm;
    if (text == told_)
      return;
    manager_.tell("STATUS=" + one_line(text));
    told_ = std::move(text);
  }

  const service_manager manager_;
  const alarm_board& alarms_;
  const std::shared_ptr<actor_probe> probe_;
  std::chrono::milliseconds interval_;
  std::chrono::steady_clock::time_point due_;
  uint64_t asked_ = 0;
  uint64_t passed_on_ = 0;
  std::string told_;
};

/// A second signal means: end at once.
class impatience {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param number Of a signal that came at `now`; 0: none did.
  /// @returns Whether it was another one than the first.
  bool take(int number, time_point now) {
    if (number == 0 || number == SIGHUP)
      return false;
    if (!first_)
      first_ = now;
    return now > *first_ + same_signal;
  }

private:
  std::optional<time_point> first_;
};

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
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) // Else nohup started us.
    sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  // A peer that closes is an error code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

int blocked_signals::wait(std::chrono::milliseconds patience) const {
  timespec t{patience.count() / 1000, patience.count() % 1000 * 1'000'000};
  return std::max(sigtimedwait(&set_, nullptr, &t), 0);
}

int run_node(const blocked_signals& signals, const actor_directory& directory,
             const alarm_board& alarms, caf::actor root,
             const std::function<std::chrono::milliseconds()>& idle) {
  auto ended = std::make_shared<std::atomic<bool>>(false);
  root->attach_functor([ended](const caf::error&) { *ended = true; });
  auto stopping = false;
  std::chrono::steady_clock::time_point deadline;
  impatience told;
  pulse heart{directory.find(root.id()), alarms};
  while (!*ended) {
    auto rest = std::min(idle(), heart.interval());
    heart.beat(root);
    auto signalled = signals.wait(stopping ? 5ms : rest);
    auto now = std::chrono::steady_clock::now();
    if (told.take(signalled, now))
      end_now(directory, "ended at once, by a second signal");
    if (signalled != 0 && !stopping) {
      stopping = true;
      deadline = now + stop_patience;
      heart.stopping();
      log_info("node", "stopping: SIG", sigabbrev_np(signalled));
      // Whatever waits, however much: the 3 s have begun.
      caf::anon_send<caf::message_priority::high>(root, stop_atom_v);
    }
    if (stopping && now > deadline)
      end_now(directory, "could not end cleanly within 3 s");
  }
  if (!stopping) {
    log_error("node", "the supervisor has ended by itself");
    deadline = std::chrono::steady_clock::now() + stop_patience;
  }
  // What still runs would keep the actor system from ending, unseen.
  root = nullptr;
  while (!directory.look().empty())
    if (auto now = std::chrono::steady_clock::now();
        told.take(signals.wait(5ms), now) || now > deadline)
      end_now(directory, "not all actors have ended");
  return stopping ? 0 : 1;
}

std::function<node_socket()> socket_of(const introspect_options& x,
                                       const std::string& name) {
  if (x.socket == "none")
    return nullptr;
  if (x.socket == "auto")
    return [name] { return usual_socket(name); };
  return [path = x.socket] { return node_socket{path}; };
}

http_entry port_entry(const inspection_ptr& node, const std::string& section,
                      const port_options& x, const std::string& token) {
  auto result = api_entry(node);
  if (!x.tls.cert_file.empty()) {
    auto identity = tls_identity::read(section, x.tls);
    if (!identity)
      throw std::runtime_error(describe(identity.error()));
    result.tls = std::move(*identity);
  }
  http_door_options door;
  door.token = token;
  door.names = x.names;
  for (auto& name : names_of_this_machine())
    door.names.push_back(std::move(name));
  door.open_to_others = !is_loopback(x.host);
  door.tls = result.tls != nullptr;
  result.door = std::make_shared<http_door>(std::move(door));
  return result;
}

void warn_of_exposed(const std::vector<secret_file>& files) {
  for (auto& x : files)
    if (auto why = why_exposed(x.path); !why.empty())
      log_warning("node", x.option, "=", x.path, ": ", why);
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
