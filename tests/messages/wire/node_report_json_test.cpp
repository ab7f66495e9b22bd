#define CAF_SUITE node_report_json
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "messages/wire/node_report_json.hpp"

#include <limits>

using namespace camnode;

namespace {

/// A report in which every field differs from its default, and from the others.
node_report full_report() {
  node_report x;
  x.role = "client";
  x.id = "lab";
  x.version = "1.2.3";
  x.pid = 7;
  x.uptime_ns = 8;
  x.operates = true;
  x.truth = R"({"session":1796019835511,"state":"recording"})";
  actor_report actor;
  actor.name = "viewer/cam-a";
  actor.supervisor = "client_supervisor";
  actor.state = "connected";
  actor.last_error = "a \"quoted\" text\n";
  actor.last_error_age_ns = 21;
  actor.last_end = "why";
  actor.alarm = "often";
  actor.alive = false;
  actor.due_ns = 9;
  actor.restarts = 10;
  actor.uptime_ns = 11;
  actor.mailbox = 12;
  actor.oldest_ns = 13;
  actor.busy_ns = 14;
  actor.busy_with = "beat";
  actor.handled = std::numeric_limits<uint64_t>::max();
  actor.per_1000_s = 15;
  actor.load_ppm = 16;
  actor.p50_ns = 17;
  actor.p99_ns = 18;
  actor.messages.push_back({"beat", 19, 20});
  x.actors.push_back(actor);
  part_report part;
  part.name = "ring/cam-a";
  part.kind = "ring";
  part.owner = "viewer/cam-a";
  part.state = "40 % full";
  part.figures.push_back({"span_ns", std::numeric_limits<int64_t>::min(), {}});
  part.figures.push_back({"ip", 0, "10.0.0.7"});
  x.parts.push_back(part);
  return x;
}

} // namespace

CAF_TEST(a report comes back with all of its fields) {
  auto text = render_node_report(full_report());
  auto again = parse_node_report(text);
  CAF_REQUIRE(again);
  CAF_CHECK_EQUAL(render_node_report(*again), text);
  auto x = full_report();
  CAF_CHECK_EQUAL(again->truth, x.truth);
  for (auto key : {"role",       "id",       "version",    "pid",
                   "uptime_ns",  "operates", "truth",      "name",
                   "supervisor", "state",    "last_error", "last_error_age_ns",
                   "last_end",   "alarm",    "alive",      "due_ns",
                   "restarts",   "mailbox",  "oldest_ns",  "busy_ns",
                   "busy_with",  "handled",  "per_1000_s", "load_ppm",
                   "p50_ns",     "p99_ns",   "messages",   "type",
                   "count",      "kind",     "owner",      "figures",
                   "value",      "text"})
    CAF_CHECK_NOT_EQUAL(text.find('"' + std::string{key} + "\":"),
                        std::string::npos);
  CAF_CHECK_EQUAL(again->actors[0].handled,
                  std::numeric_limits<uint64_t>::max());
  CAF_CHECK_EQUAL(again->actors[0].last_error, "a \"quoted\" text\n");
  CAF_CHECK_EQUAL(again->parts[0].figures[0].value,
                  std::numeric_limits<int64_t>::min());
}

CAF_TEST(keys of another version keep their defaults or are skipped) {
  auto x = parse_node_report(
    R"({"role":"server","new":[1],"actors":[{"name":"camera"}]})");
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->role, "server");
  CAF_CHECK_EQUAL(x->truth, "");
  CAF_REQUIRE_EQUAL(x->actors.size(), 1u);
  CAF_CHECK(x->actors[0].alive);
}

CAF_TEST(what is no report is refused in words) {
  for (auto text :
       {"", "[]", "{", "7", R"({"actors":7})", R"({"role":[]})",
        R"({"actors":[{"restarts":"x"}]})", R"({"pid":1e30})",
        R"({"pid":7666666666666666666666666})",
        R"({"parts":[{"figures":[{"value":-1e300}]}]})", "<html>", "\xff"}) {
    auto x = parse_node_report(text);
    CAF_REQUIRE(!x);
    CAF_CHECK_EQUAL(x.error(), ec::bad_message);
    CAF_CHECK_NOT_EQUAL(describe(x.error()).find("no report of a node"),
                        std::string::npos);
  }
  CAF_CHECK(!parse_node_report(std::string(max_node_report_bytes + 1, ' ')));
}

CAF_TEST(what is nested without end does no harm) {
  auto deep = std::string(200'000, '[') + std::string(200'000, ']');
  auto x = parse_node_report(R"({"id":"lab","truth":{"a":)" + deep + "}}");
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->id, "lab");
  CAF_CHECK(x->truth.size() < 200);
}

CAF_TEST(a report that is cut anywhere is refused) {
  auto text = render_node_report(full_report());
  for (size_t n = 0; n < text.size(); ++n)
    CAF_CHECK(!parse_node_report(std::string_view{text}.substr(0, n)));
}

CAF_TEST(texts that are no UTF - 8 are sent all the same) {
  auto x = full_report();
  x.parts[0].state = "\xff topics";
  auto again = parse_node_report(render_node_report(x));
  CAF_REQUIRE(again);
  CAF_CHECK_EQUAL(again->parts[0].state, "\xef\xbf\xbd topics");
}
