#define CAF_SUITE sensor_check

#include "tests/camnode_test.hpp"

#include "messages/disk/sensor_check.hpp"

#include <string>

using namespace camnode;

namespace {

sensor_facts facts_of(std::string_view text, size_t piece = 1000) {
  sensor_check x;
  for (; text.size() > piece; text.remove_prefix(piece))
    x.feed(text.substr(0, piece));
  x.feed(text);
  return x.finish();
}

const std::string whole = "timestamp,t,\"a,b\"\n"
                          "1000,1,\"x\"\"\ny\"\n"
                          "1001,,\n"
                          "1002,3,4\n";

} // namespace

CAF_TEST(a whole file has all its readings) {
  for (size_t piece : {1000u, 7u, 1u}) {
    auto x = facts_of(whole, piece);
    CAF_CHECK_EQUAL(x.fault, "");
    CAF_CHECK_EQUAL(x.rows, 3u);
    CAF_CHECK_EQUAL(x.columns, 3u);
    CAF_CHECK_EQUAL(x.first_ms, 1000);
    CAF_CHECK_EQUAL(x.last_ms, 1002);
    CAF_CHECK_EQUAL(x.whole_size, whole.size());
  }
}

CAF_TEST(a file cut at any place keeps the readings before that) {
  for (size_t n = 0; n < whole.size(); ++n) {
    auto x = facts_of(std::string_view{whole}.substr(0, n));
    CAF_CHECK(x.whole_size <= n);
    CAF_CHECK_EQUAL(x.fault.empty(), x.columns > 0 && x.whole_size == n);
    auto again = facts_of(std::string_view{whole}.substr(0, x.whole_size));
    CAF_CHECK_EQUAL(again.rows, x.rows);
    CAF_CHECK_EQUAL(again.whole_size, x.whole_size);
  }
}

CAF_TEST(what is no record ends the file) {
  auto rows = [](const std::string& tail) {
    auto x = facts_of(whole + tail + "1003,5,6\n");
    CAF_CHECK_NOT_EQUAL(x.fault, "");
    CAF_CHECK_EQUAL(x.whole_size, whole.size());
    return x.rows;
  };
  CAF_CHECK_EQUAL(rows(std::string(100, '\0') + "\n"), 3u);
  CAF_CHECK_EQUAL(rows("1003,5\n"), 3u);
  CAF_CHECK_EQUAL(rows("1003,5,6,7\n"), 3u);
  CAF_CHECK_EQUAL(rows("x,5,6\n"), 3u);
  CAF_CHECK_EQUAL(rows(",5,6\n"), 3u);
  CAF_CHECK_EQUAL(rows("\n"), 3u);
  CAF_CHECK_EQUAL(rows("99999999999999999999,5,6\n"), 3u);
  CAF_CHECK_EQUAL(rows("\"1003"), 3u);
}

CAF_TEST(another file is none of ours) {
  CAF_CHECK_NOT_EQUAL(facts_of("").fault, "");
  CAF_CHECK_NOT_EQUAL(facts_of("time,t\n1000,1\n").fault, "");
  CAF_CHECK_EQUAL(facts_of("time,t\n1000,1\n").whole_size, 0u);
}

CAF_TEST(the times of markers are in nanoseconds) {
  auto x = facts_of("time_ns,text,source\n1000999999,a,api\n"
                    "2000000000,b,mqtt\n");
  CAF_CHECK_EQUAL(x.fault, "");
  CAF_CHECK_EQUAL(x.rows, 2u);
  CAF_CHECK_EQUAL(x.first_ms, 1000);
  CAF_CHECK_EQUAL(x.last_ms, 2000);
}
