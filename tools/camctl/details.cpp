#include "tools/camctl/render.hpp"
#include "tools/camctl/text_table.hpp"
#include "tools/camctl/trouble.hpp"
#include "tools/camctl/wording.hpp"

namespace camctl {

using namespace camnode;

std::string describe_actor(const node_report& x, const actor_report& actor) {
  listing list;
  list.add("supervisor", printable(actor.supervisor));
  list.add("state", printable(actor.state));
  list.add("trouble", trouble_of(actor));
  if (actor.alive)
    list.add("up", duration_text(actor.uptime_ns));
  list.add("restarts", std::to_string(actor.restarts));
  list.add("last end", printable(actor.last_end));
  if (!actor.last_error.empty() && actor.last_error != actor.last_end)
    list.add("last error", printable(actor.last_error) + ", "
                             + duration_text(actor.last_error_age_ns) + " ago");
  list.add("mailbox", std::to_string(actor.mailbox));
  if (actor.mailbox > 0)
    list.add("oldest message", duration_text(actor.oldest_ns));
  if (actor.busy_ns > 0)
    list.add("busy", printable(actor.busy_with) + ", for "
                       + duration_text(actor.busy_ns));
  list.add("handled", std::to_string(actor.handled) + ", "
                        + rate_text(actor.per_1000_s) + " a second");
  list.add("load", format("%.2f %%", actor.load_ppm / 1e4));
  if (actor.handled > 0)
    list.add("handler time", "half within " + duration_text(actor.p50_ns)
                               + ", 99 % within "
                               + duration_text(actor.p99_ns));
  auto result = printable(actor.name) + "\n" + list.text();
  if (!actor.messages.empty()) {
    std::vector<row> rows{{"  MESSAGE", "HANDLED", "MSG/S", ""}};
    for (auto& y : actor.messages)
      rows.push_back({"  " + printable(y.type), std::to_string(y.count),
                      rate_text(y.per_1000_s), ""});
    result += table(rows, 1, 0);
  }
  for (auto& y : x.parts)
    if (y.owner == actor.name)
      result += describe_part(y);
  return result;
}

std::string describe_part(const part_report& x) {
  listing list;
  list.add("kind", printable(x.kind));
  list.add("belongs to", printable(x.owner));
  list.add("state", printable(x.state));
  for (auto& y : x.figures)
    list.add(name_text(y), value_text(y));
  return "(" + printable(x.name) + ")\n" + list.text();
}

} // namespace camctl
