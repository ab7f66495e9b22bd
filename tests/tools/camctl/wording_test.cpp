#define CAF_SUITE wording
#include "tests/camnode_test.hpp"

#include "tools/camctl/wording.hpp"

using namespace camctl;

CAF_TEST(what a terminal would obey is replaced) {
  CAF_CHECK_EQUAL(printable("a\033[2Jb\r\n\x7f"), "a?[2Jb???");
  CAF_CHECK_EQUAL(printable("\xc2\x9b"
                            "2J ä"),
                  "??2J ä");
}

CAF_TEST(lines keep their ends and no more) {
  CAF_CHECK_EQUAL(printable_lines("a\033[2J 1\r\n\nb\n"), "a?[2J 1?\n\nb\n");
}

CAF_TEST(a figure in ns is a duration and another one a number) {
  CAF_CHECK_EQUAL(value_text({"age_ns", 2'000'000, ""}), "2.0 ms");
  CAF_CHECK_EQUAL(value_text({"offset_ns", -2'000'000, ""}), "-2.0 ms");
  CAF_CHECK_EQUAL(name_text({"newest_age_ns", 0, ""}), "newest age");
  CAF_CHECK_EQUAL(value_text({"frames_sent", 7, ""}), "7");
  CAF_CHECK_EQUAL(value_text({"pushed_per_1000_s", 25'040, ""}), "25.0/s");
  CAF_CHECK_EQUAL(value_text({"bytes_per_1000_s", 5'250'000'000, ""}),
                  "5.250 MB/s");
  CAF_CHECK_EQUAL(name_text({"pushed_per_1000_s", 25'040, ""}), "pushed");
  CAF_CHECK_EQUAL(value_text({"ip", 7, "10.0.0.1\n"}), "10.0.0.1?");
}

CAF_TEST(a headline is one line) {
  camnode::node_report x;
  x.role = "server";
  x.id = "cam\na";
  x.version = "1";
  x.pid = 7;
  x.uptime_ns = 1'000'000;
  CAF_CHECK_EQUAL(headline(x, "here:1"),
                  "server cam?a, camnode 1, process 7, up 1.0 ms, at here:1");
}
