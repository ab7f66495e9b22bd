#define CAF_SUITE json_text
#include "tests/camnode_test.hpp"

#include "messages/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>

using namespace camnode;
using json = nlohmann::ordered_json;

CAF_TEST(a number that a double holds stays alone) {
  for (json x : {json(0), json(-1), json(9'007'199'254'740'991),
                 json(-9'007'199'254'740'991), json(1e300), json("x")}) {
    json y{{"a", x}};
    CAF_CHECK_EQUAL(json_text(y, -1), y.dump());
  }
}

CAF_TEST(a number that a double rounds has its digits beside it) {
  json x{{"before_ns", 1'796'019'835'511'015'255}, {"place", "network"}};
  CAF_CHECK_EQUAL(
    json_text(x, -1),
    R"({"before_ns":1796019835511015255,)"
    R"("before_ns_text":"1796019835511015255","place":"network"})");
  json y{{"a", 9'007'199'254'740'992}};
  CAF_CHECK(parse_json(json_text(y, -1)).contains("a_text"));
  json z{{"a", std::numeric_limits<int64_t>::min()}};
  CAF_CHECK_EQUAL(json_text(z, -1), R"({"a":-9223372036854775808,)"
                                    R"("a_text":"-9223372036854775808"})");
  json most{{"a", std::numeric_limits<uint64_t>::max()}};
  CAF_CHECK_EQUAL(json_text(most, -1), R"({"a":18446744073709551615,)"
                                       R"("a_text":"18446744073709551615"})");
}

CAF_TEST(numbers anywhere have their digits) {
  auto x = json::parse(R"({"l":[{"m":{"n":1796019835511015255}},[1]]})");
  CAF_CHECK_EQUAL(json_text(x, -1),
                  R"({"l":[{"m":{"n":1796019835511015255,)"
                  R"("n_text":"1796019835511015255"}},[1]]})");
}

CAF_TEST(what is no UTF - 8 is replaced) {
  CAF_CHECK_EQUAL(json_text({{"a", "\xff"}}, -1), "{\"a\":\"\xef\xbf\xbd\"}");
}
