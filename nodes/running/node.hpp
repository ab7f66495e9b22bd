#pragma once

#include "actors/base/mqtt_client.hpp"
#include "actors/observed/actor_directory.hpp"
#include "nodes/inspection/inspector.hpp"
#include "nodes/options/options.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <csignal>
#include <functional>
#include <vector>

namespace camnode {

/// CAF as camnode runs it (ARCHITECTURE.md, "Invariants").
class node_config : public caf::actor_system_config {
public:
  node_config();
};

/// Blocks SIGINT, SIGTERM and SIGHUP for this thread and those it starts, so
/// that `run_node` can wait for them. A SIGHUP that is ignored already, as
/// nohup has it, stays so. To be created before any thread is.
class blocked_signals {
public:
  blocked_signals();

  /// Waits for a signal.
  /// @returns Its number; 0: none came.
  int wait(std::chrono::milliseconds patience) const;

private:
  sigset_t set_;
};

/// Lives until the root supervisor has ended. The first signal asks it to end,
/// cleanly within 3 s; a second one, or a root that takes longer, ends the
/// process at once. SIGHUP comes from a terminal that closes, often twice, and
/// hurries nobody.
/// @param root A supervisor that takes `stop_atom`. Released in here.
/// @param idle Called again and again on this thread; may take up to 50 ms.
///        Returns how long to rest until the next time.
/// @returns 0 for a clean end by a signal, 1 if the root ended by itself.
int run_node(const blocked_signals& signals, const actor_directory& directory,
             const alarm_board& alarms, caf::actor root,
             const std::function<std::chrono::milliseconds()>& idle);

/// For those who have nothing to do: each turn of a thread that does nothing
/// costs, which shows on a server with few readers.
constexpr std::chrono::milliseconds long_rest{250};

/// Where a node of that name has its Unix socket; empty: nowhere.
std::function<node_socket()> socket_of(const introspect_options& x,
                                       const std::string& name);

/// What a TCP port of a node has for those who come.
/// @param section Of its options: `stream.`
/// @throws std::runtime_error if the certificate cannot be used any more.
http_entry port_entry(const inspection_ptr& node, const std::string& section,
                      const port_options& x, const std::string& token);

/// A file that only this node's user should read.
struct secret_file {
  const char* option;
  std::string path; ///< Empty: there is none.
};

/// Names the files of secrets that others can read, in the log.
void warn_of_exposed(const std::vector<secret_file>& files);

/// Clients for the broker of `x`.
/// @throws std::runtime_error if the password file cannot be read.
make_mqtt_client clients_for(const mqtt_options& x);

} // namespace camnode
