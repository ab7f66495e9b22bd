#define CAF_SUITE topic_filters
#include "tests/camnode_test.hpp"

#include "actors/base/topic_filters.hpp"

using namespace camnode;

namespace {

using texts = std::vector<std::string>;

texts subscribed(std::string_view x) {
  return topic_filters{x}.to_subscribe();
}

} // namespace

CAF_TEST(filters are in a list with commas) {
  CAF_CHECK(are_topic_filters("sensor/#"));
  CAF_CHECK(are_topic_filters("sensor/#, lab/+/state ,door"));
  for (auto x : {"", ",", "a,", ",a", "a,,b", "a,b#", "a, +b", "a/#/b,c"})
    CAF_CHECK(!are_topic_filters(x));
  std::string many = "0";
  for (size_t i = 1; i < topic_filters::max_filters; ++i)
    many += ',' + std::to_string(i);
  CAF_CHECK(are_topic_filters(many));
  CAF_CHECK(!are_topic_filters(many + ",more"));
}

CAF_TEST(filters overlap where a topic matches both) {
  auto both = [](const char* a, const char* b) {
    CAF_CHECK_EQUAL(filters_overlap(a, b), filters_overlap(b, a));
    return filters_overlap(a, b);
  };
  CAF_CHECK(both("a", "a"));
  CAF_CHECK(both("a/#", "a"));
  CAF_CHECK(both("#", "a/b"));
  CAF_CHECK(both("a/+/c", "a/b/+"));
  CAF_CHECK(both("+/b", "a/#"));
  CAF_CHECK(both("a//b", "a/+/b"));
  CAF_CHECK(!both("a", "a/"));
  CAF_CHECK(!both("a", "b"));
  CAF_CHECK(!both("a/b", "a"));
  CAF_CHECK(!both("a/+", "a/b/c"));
  CAF_CHECK(!both("a/b/#", "a/c"));
  CAF_CHECK(!both("#", "$SYS/broker"));
  CAF_CHECK(!both("+/broker", "$SYS/broker"));
  CAF_CHECK(both("$SYS/#", "$SYS/broker"));
}

CAF_TEST(filters that overlap are subscribed to as one) {
  CAF_CHECK_EQUAL(subscribed("a,b/#"), (texts{"a", "b/#"}));
  CAF_CHECK_EQUAL(subscribed("a,a"), (texts{"a"}));
  CAF_CHECK_EQUAL(subscribed("a/b,a/#,a/b/c"), (texts{"a/#"}));
  CAF_CHECK_EQUAL(subscribed("a/+/c,a/b/+"), (texts{"a/+/+"}));
  // What covers two may overlap with a third one.
  CAF_CHECK_EQUAL(subscribed("x/y/z,a/+/c,a/b/+,a/x/y"),
                  (texts{"x/y/z", "a/+/+"}));
  CAF_CHECK_EQUAL(subscribed("#,$SYS/#"), (texts{"#", "$SYS/#"}));
}

CAF_TEST(one more filter comes first and is not taken apart) {
  topic_filters beside{"a,b", "c,d"};
  CAF_CHECK_EQUAL(beside.to_subscribe(), (texts{"c,d", "a", "b"}));
  topic_filters within{"#", "c"};
  CAF_CHECK_EQUAL(within.to_subscribe(), (texts{"#"}));
}

CAF_TEST(what nobody wanted is left out) {
  topic_filters x{"a/+/c,a/b/+"};
  CAF_CHECK(x.want("a/b/c"));
  CAF_CHECK(x.want("a/x/c"));
  CAF_CHECK(x.want("a/b/x"));
  CAF_CHECK(!x.want("a/x/x"));
  topic_filters shared{"$share/g/a/+,b/+/d,b/c/+"};
  CAF_CHECK(shared.want("a/x"));
  CAF_CHECK(!shared.want("b/x/x"));
}
