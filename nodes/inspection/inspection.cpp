#include "nodes/inspection/inspection.hpp"

#include "actors/base/log.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"
#include "messages/wire/record_command.hpp"
#include "nodes/inspection/counts_of.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// At 2 ms each, the last one waits for half a second.
constexpr size_t max_waiting = 256;

/// @returns 0 where it is not known.
uint64_t rate_of(const growth_meter::rates& rates, const std::string& name) {
  auto i = rates.find(name);
  return i == rates.end() ? 0 : static_cast<uint64_t>(i->second);
}

actor_report report_of(const actor_figures& x, int64_t now_ns,
                       const growth_meter::rates& rates) {
  actor_report result;
  result.name = x.name;
  result.supervisor = x.supervisor;
  result.state = x.state;
  result.last_error = x.last_error;
  if (!x.last_error.empty())
    result.last_error_age_ns = now_ns - x.error_at_ns;
  result.last_end = x.last_end;
  result.restarts = x.restarts;
  result.uptime_ns = x.uptime_ns;
  result.mailbox = x.mailbox;
  result.oldest_ns = x.oldest_ns;
  result.busy_ns = x.busy_ns;
  result.busy_with = x.busy_with;
  result.handled = x.handled;
  result.per_1000_s = rate_of(rates, all_messages);
  auto load_ppm = rate_of(rates, work_us) / 1000;
  result.load_ppm = static_cast<uint32_t>(
    std::min<uint64_t>(load_ppm, 1'000'000));
  result.p50_ns = x.handlers.quantile_ns(0.5);
  result.p99_ns = x.handlers.quantile_ns(0.99);
  for (auto& y : x.messages)
    result.messages.push_back({y.type, y.count, rate_of(rates, y.type)});
  return result;
}

actor_report report_of(const actor_to_come& x, int64_t now_ns) {
  actor_report result;
  result.name = x.name;
  result.supervisor = x.supervisor;
  result.state = "ended";
  result.last_error = x.last_end;
  result.last_end = x.last_end;
  result.alive = false;
  result.due_ns = std::max<int64_t>(0, x.due_ns - now_ns);
  result.restarts = x.restarts;
  return result;
}

caf::error unavailable(std::string why) {
  return caf::make_error(ec::unavailable, std::move(why));
}

} // namespace

inspection::inspection(inspected_node node)
  : node_(std::move(node)), pool_(1, max_waiting) {
}

inspection::~inspection() {
  pool_.finish();
}

void inspection::obey(node_commands commands) {
  commands_ = std::move(commands);
}

void inspection::sample() {
  auto x = node_.look();
  auto parts = x->parts();
  auto now_ns = client_clock_ns();
  std::lock_guard<std::mutex> guard{rates_mutex_};
  actor_rates_.sample(counts_of(x->actors, now_ns), now_ns);
  part_rates_.sample(counts_of(parts), now_ns);
}

node_report inspection::look(bool operates) const {
  auto seen = node_.look();
  node_report result;
  result.role = seen->role;
  result.id = seen->id;
  result.version = node_.version;
  result.pid = static_cast<uint64_t>(getpid());
  result.operates = operates;
  result.parts = seen->parts();
  result.truth = truth();
  auto now_ns = client_clock_ns();
  std::lock_guard<std::mutex> guard{rates_mutex_};
  for (auto& x : seen->actors) {
    result.actors.push_back(report_of(x, now_ns, actor_rates_.of(x.name)));
    result.uptime_ns = std::max(result.uptime_ns, x.uptime_ns);
  }
  for (auto& x : seen->to_come)
    result.actors.push_back(report_of(x, now_ns));
  for (auto& x : result.actors) {
    auto i = seen->alarms.find(x.name);
    if (i != seen->alarms.end())
      x.alarm = i->second;
  }
  for (auto& x : result.parts)
    for (auto& [name, rate] : part_rates_.of(x.name))
      x.figures.push_back({name + "_per_1000_s", rate, {}});
  return result;
}

std::string inspection::metrics() const {
  return node_.look()->metrics();
}

bool inspection::records() const {
  return commands_.record != nullptr;
}

std::string inspection::truth() const {
  return node_.truth ? node_.truth() : std::string{};
}

caf::expected<std::string> inspection::page() const {
  auto result = node_.page ? node_.page() : std::string{};
  if (result.empty())
    return caf::make_error(ec::unavailable,
                           std::string{"this node has no open page: a client "
                                       "has one at http.port"});
  return result;
}

std::shared_ptr<void>
inspection::listen(const live_feed::listener& tell) const {
  if (auto now = truth(); !now.empty())
    tell(now); // First, so that no newer one comes before it.
  return node_.lights->listen(tell);
}

std::string inspection::cameras() const {
  return node_.cameras ? node_.cameras() : std::string{};
}

caf::expected<std::string> inspection::kill(const std::string& name) const {
  auto seen = node_.look();
  auto& actors = seen->actors;
  auto find = [&](const std::string& who) {
    return std::find_if(actors.begin(), actors.end(),
                        [&](const auto& x) { return x.name == who; });
  };
  auto x = find(name);
  if (x == actors.end()) {
    for (auto& y : seen->to_come)
      if (y.name == name)
        return unavailable(name + " has ended already, and is started again");
    return unavailable("there is no actor " + quote(name));
  }
  if (x->supervisor.empty())
    return unavailable(name + " ends with its node alone: send that a SIGTERM");
  auto parent = find(x->supervisor);
  if (parent != actors.end() && !parent->supervisor.empty())
    return unavailable(name + " belongs to " + x->supervisor
                       + ", and ends with that");
  commands_.kill(name);
  return "killing " + name + ", which has been up for "
         + std::to_string(x->uptime_ns / 1'000'000) + " ms";
}

caf::expected<std::string>
inspection::record(const std::string& payload) const {
  if (!commands_.record)
    return unavailable("a server records nothing: ask a client");
  auto command = parse_record_command(payload);
  if (!command)
    return command.error();
  log_info("inspector", "told to ", command->start ? "start" : "stop",
           " recording");
  commands_.record(*command);
  return std::string{command->start ? "told to start" : "told to stop"};
}

caf::expected<std::string> inspection::mark(const std::string& payload) const {
  if (!node_.mark)
    return unavailable("a server records nothing: ask a client");
  return node_.mark(payload);
}

caf::expected<std::string>
inspection::set_level(const std::string& level) const {
  for (auto x : {log_level::debug, log_level::info, log_level::warning,
                 log_level::error})
    if (level == to_string(x)) {
      log_warning("inspector", "told to log from ", level, " on");
      set_log_level(x);
      return "logging from " + level + " on";
    }
  return caf::make_error(ec::bad_message,
                         "want debug, info, warning or error, not "
                           + quote(level));
}

} // namespace camnode
