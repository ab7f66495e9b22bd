#include "messages/wire/node_report_json.hpp"

#include "messages/error.hpp"
#include "messages/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace camnode {

using json = nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(message_rate, type, count,
                                                per_1000_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
  actor_report, name, supervisor, state, last_error, last_error_age_ns,
  last_end, alarm, alive, due_ns, restarts, uptime_ns, mailbox, oldest_ns,
  busy_ns, busy_with, handled, per_1000_s, load_ppm, p50_ns, p99_ns, messages)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(figure, name, value, text)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(part_report, name, kind, owner,
                                                state, figures)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(node_report, role, id, version,
                                                pid, uptime_ns, operates,
                                                actors, parts)

namespace {

/// Whether a number in `x` is no whole one: nlohmann-json would cast it to an
/// integer, into which it may not fit.
bool has_fraction(const json& x) {
  return x.is_number_float()
         || (x.is_structured()
             && std::any_of(x.begin(), x.end(), has_fraction));
}

} // namespace

std::string render_node_report(const node_report& x) {
  json result = x;
  // JSON already; null until there is one.
  result["truth"] = parse_json(x.truth);
  if (result["truth"].is_discarded())
    result["truth"] = nullptr;
  // Topics of sensors and texts of errors may be no UTF-8.
  return dump_json(result);
}

caf::expected<node_report> parse_node_report(std::string_view text) {
  if (text.size() > max_node_report_bytes)
    return caf::make_error(ec::bad_message,
                           "a report of " + std::to_string(text.size())
                             + " bytes; at most "
                             + std::to_string(max_node_report_bytes)
                             + " are read");
  try {
    // Deeper than any report, what is nested would be a danger to the stack.
    auto object = json::parse(text, [](int depth, json::parse_event_t, json&) {
      return depth <= 32;
    });
    json truth;
    if (object.is_object() && object.contains("truth"))
      truth = std::exchange(object["truth"], nullptr);
    if (has_fraction(object))
      return caf::make_error(ec::bad_message,
                             std::string{"no report of a node: a number in it "
                                         "is no whole one"});
    auto result = object.get<node_report>();
    if (truth.is_object())
      result.truth = truth.dump();
    return result;
  } catch (const json::exception& e) {
    return caf::make_error(ec::bad_message,
                           std::string{"no report of a node: "} + e.what());
  }
}

} // namespace camnode
