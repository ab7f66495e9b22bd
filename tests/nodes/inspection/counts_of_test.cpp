#define CAF_SUITE counts_of
#include "tests/camnode_test.hpp"

#include "nodes/inspection/counts_of.hpp"

using namespace camnode;

namespace {

constexpr int64_t s = 1'000'000'000;

using counts = std::map<std::string, int64_t>;

} // namespace

CAF_TEST(an actor counts its messages and its work) {
  actor_figures x;
  x.name = "camera";
  x.handled = 5;
  x.uptime_ns = 10 * s;
  x.handlers.sum_ns = s;
  x.busy_ns = s / 2; // A handler that does not end is work, too.
  x.messages = {{"beat", 2}, {"wake", 3}};
  auto y = counts_of(std::vector<actor_figures>{x}, 100 * s)["camera"];
  CAF_CHECK_EQUAL(y.born_ns, 90 * s);
  CAF_CHECK_EQUAL(y.counts, (counts{{"beat", 2},
                                    {"wake", 3},
                                    {all_messages, 5},
                                    {work_us, 1'500'000}}));
}

CAF_TEST(a part counts what passes it) {
  part_report x;
  x.name = "frames";
  x.figures = {{"captured", 7, {}, true},
               {"bytes", 900, {}, true},
               {"lost", 5, {}}};
  auto y = counts_of(std::vector<part_report>{x})["frames"];
  CAF_CHECK_EQUAL(y.born_ns, 0);
  CAF_CHECK_EQUAL(y.counts, (counts{{"captured", 7}, {"bytes", 900}}));
}
