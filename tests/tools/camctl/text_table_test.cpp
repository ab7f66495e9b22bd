#define CAF_SUITE text_table
#include "tests/camnode_test.hpp"

#include "tools/camctl/text_table.hpp"

using namespace camctl;

CAF_TEST(columns are as wide as they need) {
  CAF_CHECK_EQUAL(table({{"A", "B", "C"}, {"long", "1", "x"}}, 1, 0),
                  "A     B  C\nlong  1  x\n");
}

CAF_TEST(what is not left is right except for the last column) {
  CAF_CHECK_EQUAL(table({{"A", "NUMBER", "C"}, {"a", "1", "word"}}, 1, 0),
                  "A  NUMBER  C\na       1  word\n");
}

CAF_TEST(lines are cut to characters and not to bytes) {
  CAF_CHECK_EQUAL(cut("äöü", 2), "äö");
  CAF_CHECK_EQUAL(cut("äöü", 3), "äöü");
  CAF_CHECK_EQUAL(cut("äöü", 0), "äöü");
  CAF_CHECK_EQUAL(table({{"ä", "öüö"}, {"aaa", "b"}}, 1, 6),
                  "ä    ö\naaa  b\n");
}
