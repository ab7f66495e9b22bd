#include "nodes/web/node_metrics.hpp"

#include "actors/base/process_figures.hpp"
#include "nodes/running/version.hpp"

#include <algorithm>

namespace camnode {

void write_node(metrics_text& out, const std::string& role,
                const std::string& id, const actor_directory& directory,
                const alarm_board& alarms) {
  out.family("camnode_build_info", "gauge", "Which camnode this is; always 1.");
  out.sample(1, {{"role", role}, {"id", id}, {"version", version()}});
  auto actors = directory.look();
  auto to_come = directory.to_come();
  out.family("camnode_actor_restarts_total", "counter",
             "How often an actor was started again.");
  for (auto& x : actors)
    out.sample(x.restarts, {{"actor", x.name}});
  for (auto& x : to_come)
    out.sample(x.restarts, {{"actor", x.name}});
  out.family("camnode_actor_mailbox_messages", "gauge",
             "Messages that wait for an actor.");
  for (auto& x : actors)
    out.sample(x.mailbox, {{"actor", x.name}});
  out.family("camnode_actor_busy_seconds", "gauge",
             "How long an actor has been at its present message.");
  for (auto& x : actors)
    out.seconds(x.busy_ns, {{"actor", x.name}});
  out.family("camnode_actor_alarm", "gauge",
             "1 for an actor that keeps ending or does not answer.");
  for (auto& x : alarms.look())
    out.sample(1, {{"actor", x.first}});
  out.family("camnode_certificate_expiry_timestamp_seconds", "gauge",
             "When the certificate of a TCP port expires, since 1970.");
  for (auto& x : alarms.certificates())
    out.sample(static_cast<uint64_t>(std::max<int64_t>(0, x.second)),
               {{"actor", x.first}});
  out.family("camnode_actor_handled_total", "counter",
             "Messages that an actor has taken in its present life.");
  for (auto& x : actors)
    out.sample(x.handled, {{"actor", x.name}});
  write_process(out, look_at_process());
}

} // namespace camnode
