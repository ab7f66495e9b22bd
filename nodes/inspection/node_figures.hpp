#pragma once

#include "actors/base/metrics_text.hpp"
#include "actors/observed/actor_directory.hpp"
#include "actors/shared/frame_ring.hpp"
#include "messages/node_report.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// Is told each figure of a node once, with all that it is called, and shows it
/// in the node report and in /metrics.
class figure_teller {
public:
  /// Each may be null: then it is not wanted.
  figure_teller(std::vector<part_report>* parts, metrics_text* metrics)
    : parts_(parts), metrics_(metrics) {
  }

  /// The same, for the node report alone.
  figure_teller report() const {
    return {parts_, nullptr};
  }

  /// The same, for metrics alone.
  figure_teller metrics() const {
    return {nullptr, metrics_};
  }

  /// The same, for families without samples, as of cameras where none is known.
  figure_teller families() const;

  /// The same, with a label of all metrics, as `camera="left"`.
  /// @param name Outlives it.
  figure_teller of(std::string_view key, std::string_view name) const;

  /// Adds a part, which has the figures told from now on.
  void begin(std::string name, std::string kind, std::string owner,
             std::string state);

  /// @param name In the part, with its unit, if it has one; empty: the figure
  ///        is in /metrics alone. What is not known is nowhere.
  /// @param metric In /metrics; empty: the figure is in the node report alone.
  ///        A counter, if it ends in `_total`. Where it is of seconds, or a
  ///        ratio, `x` is in ns, or ppb.
  /// @param of Another label.
  void operator()(std::string_view name, std::optional<int64_t> x,
                  std::string_view metric = {}, std::string_view help = {},
                  metrics_text::label of = {});

  /// The same for what passes, as frames and bytes on their way to the disk:
  /// the node report has its rate, too.
  void passing(std::string_view name, std::optional<int64_t> x,
               std::string_view metric = {}, std::string_view help = {});

  /// A text, in the node report alone; none if it is empty.
  void operator()(std::string_view name, const std::string& text);

  /// How times are distributed: two figures in a part, a histogram in /metrics.
  void operator()(const std::string& name, const histogram::figures& x,
                  std::string_view metric = {}, std::string_view help = {});

private:
  std::vector<part_report>* parts_;
  metrics_text* metrics_;
  bool samples_ = true;
  metrics_text::label owner_;
};

/// `x`, where it is known.
inline std::optional<int64_t> when(bool known, int64_t x) {
  return known ? std::optional{x} : std::nullopt;
}

/// All that a node tells of itself, as of one look, so that its figures fit
/// each other: the node report, /metrics and /healthz are made of it. Read from
/// boards, books, rings and the directory, without a message to any actor: one
/// that is stuck holds no answer up.
class node_figures {
public:
  node_figures(std::string role, std::string id,
               const actor_directory& directory, const alarm_board& alarms);

  virtual ~node_figures() = default;

  /// What there is besides actors: where frames wait, who reads them, what the
  /// books say.
  std::vector<part_report> parts() const;

  /// Prometheus text.
  std::string metrics() const;

  /// All that is wrong, in one line; empty if nothing is.
  std::string trouble() const;

  const std::string role; ///< `server` or `client`.
  const std::string id;
  const std::vector<actor_figures> actors;
  const std::vector<actor_to_come> to_come;
  const std::map<std::string, std::string> alarms; ///< By name.

private:
  /// Tells all figures but those of actors and the process.
  virtual void tell(figure_teller out) const = 0;

  /// What is wrong besides alarms and actors that are stuck; some may be empty.
  virtual std::vector<std::string> troubles() const = 0;

  void tell_actors(figure_teller out) const;
  void write_alarms(metrics_text& out) const;

  const std::map<std::string, int64_t> certificates_; ///< s since 1970.
};

/// Looks at a node. Any thread; returns at once.
using look_at_node = std::function<std::unique_ptr<const node_figures>()>;

/// Begins the part of a ring, with what is no metric of it.
void begin_ring(figure_teller& out, std::string name, std::string owner,
                const frame_ring::figures& x, const frame_ring::limits& bounds);

} // namespace camnode
