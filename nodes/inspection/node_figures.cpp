#include "nodes/inspection/node_figures.hpp"

#include "actors/base/process_figures.hpp"
#include "nodes/running/version.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// An actor that is at one message for longer is stuck: far beyond what a
/// busy disk takes for a sync.
constexpr int64_t stuck_ns = 5'000'000'000;

bool ends_with(std::string_view x, std::string_view end) {
  return x.size() > end.size() && x.substr(x.size() - end.size()) == end;
}

} // namespace

figure_teller figure_teller::families() const {
  auto result = metrics();
  result.samples_ = false;
  return result;
}

figure_teller figure_teller::of(std::string_view key,
                                std::string_view name) const {
  auto result = *this;
  result.owner_ = {key, name};
  return result;
}

void figure_teller::begin(std::string name, std::string kind, std::string owner,
                          std::string state) {
  if (parts_)
    parts_->push_back({std::move(name),
                       std::move(kind),
                       std::move(owner),
                       std::move(state),
                       {}});
}

void figure_teller::operator()(std::string_view name, std::optional<int64_t> x,
                               std::string_view metric, std::string_view help,
                               metrics_text::label of) {
  if (parts_ && x && !name.empty())
    parts_->back().figures.push_back({std::string{name}, *x, {}});
  if (!metrics_ || metric.empty())
    return;
  metrics_->family(metric, ends_with(metric, "_total") ? "counter" : "gauge",
                   help);
  if (!x || !samples_)
    return;
  if (ends_with(metric, "_seconds") || ends_with(metric, "_ratio"))
    metrics_->seconds(*x, {owner_, of});
  else
    metrics_->sample(static_cast<uint64_t>(*x), {owner_, of});
}

void figure_teller::passing(std::string_view name, std::optional<int64_t> x,
                            std::string_view metric, std::string_view help) {
  (*this)(name, x, metric, help);
  if (parts_ && x)
    parts_->back().figures.back().passing = true;
}

void figure_teller::operator()(std::string_view name, const std::string& text) {
  if (parts_ && !text.empty())
    parts_->back().figures.push_back({std::string{name}, 0, text});
}

void figure_teller::operator()(const std::string& name,
                               const histogram::figures& x,
                               std::string_view metric, std::string_view help) {
  if (parts_ && x.total > 0) {
    (*this)(name + "_p50_ns", x.quantile_ns(0.5));
    (*this)(name + "_p99_ns", x.quantile_ns(0.99));
  }
  if (!metrics_ || metric.empty())
    return;
  metrics_->family(metric, "histogram", help);
  if (samples_)
    metrics_->durations(x, {owner_});
}

node_figures::node_figures(std::string of_role, std::string of_id,
                           const actor_directory& directory,
                           const alarm_board& board)
  : role(std::move(of_role)),
    id(std::move(of_id)),
    actors(directory.look()),
    to_come(directory.to_come()),
    alarms(board.look()),
    certificates_(board.certificates()) {
}

std::vector<part_report> node_figures::parts() const {
  std::vector<part_report> result;
  tell({&result, nullptr});
  return result;
}

std::string node_figures::metrics() const {
  metrics_text text;
  text.family("camnode_build_info", "gauge",
              "Which camnode this is; always 1.");
  text.sample(1, {{"role", role}, {"id", id}, {"version", version()}});
  tell({nullptr, &text});
  tell_actors({nullptr, &text});
  write_alarms(text);
  write_process(text, look_at_process());
  return text.text();
}

std::string node_figures::trouble() const {
  auto all = troubles();
  for (auto& [actor, text] : alarms)
    all.push_back(actor + ": " + text);
  for (auto& x : actors)
    if (x.busy_ns > stuck_ns)
      all.push_back(x.name + " is stuck for "
                    + std::to_string(x.busy_ns / 1'000'000) + " ms");
  std::string result;
  for (auto& x : all)
    if (!x.empty())
      result += (result.empty() ? "" : "; ") + x;
  // One line, whatever is in an error.
  std::replace(result.begin(), result.end(), '\n', ' ');
  return result;
}

void node_figures::tell_actors(figure_teller out) const {
  constexpr auto restarts = "camnode_actor_restarts_total";
  constexpr auto help = "How often an actor was started again.";
  for (auto& x : to_come)
    out({}, x.restarts, restarts, help, {"actor", x.name});
  for (auto& x : actors) {
    auto of_actor = out.of("actor", x.name);
    of_actor({}, x.restarts, restarts, help);
    of_actor({}, x.mailbox, "camnode_actor_mailbox_messages",
             "Messages that wait for an actor.");
    of_actor({}, x.busy_ns, "camnode_actor_busy_seconds",
             "How long an actor has been at its present message.");
    of_actor({}, x.handled, "camnode_actor_handled_total",
             "Messages that an actor has taken in its present life.");
  }
}

// Families that are there without samples, too.
void node_figures::write_alarms(metrics_text& out) const {
  out.family("camnode_actor_alarm", "gauge",
             "1 for an actor that keeps ending or does not answer.");
  for (auto& [name, text] : alarms)
    out.sample(1, {{"actor", name}});
  out.family("camnode_certificate_expiry_timestamp_seconds", "gauge",
             "When the certificate of a TCP port expires, since 1970.");
  for (auto& [name, expiry_s] : certificates_)
    out.sample(static_cast<uint64_t>(std::max<int64_t>(0, expiry_s)),
               {{"actor", name}});
}

void begin_ring(figure_teller& out, std::string name, std::string owner,
                const frame_ring::figures& x,
                const frame_ring::limits& bounds) {
  auto percent = [](auto part, auto whole) {
    return static_cast<uint64_t>(part) * 100
           / std::max<uint64_t>(static_cast<uint64_t>(whole), 1);
  };
  // Whichever bound is nearer.
  auto fill = std::max(percent(x.bytes, bounds.bytes),
                       percent(x.newest_ns - x.oldest_ns, bounds.age.count()));
  out.begin(std::move(name), "ring", std::move(owner),
            std::to_string(std::min<uint64_t>(fill, 100)) + " % full");
  out.passing("pushed", x.pushed);
  out("last_sequence", x.last_sequence);
}

} // namespace camnode
