#define CAF_SUITE bounded_lines

#include "tests/camnode_test.hpp"

#include "actors/camera/bounded_lines.hpp"

#include <vector>

using namespace camnode;

namespace {

using lines = std::vector<std::string>;

constexpr int64_t second_ns = 1'000'000'000;

struct fixture {
  lines said;
  bounded_lines testee{[this](std::string x) { said.push_back(std::move(x)); }};

  void put(const std::string& x, int64_t now_ns = second_ns) {
    testee.put(x.data(), x.size(), now_ns);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(bounded_lines_tests, fixture)

CAF_TEST(lines come whole however they come in pieces) {
  put("fir");
  CAF_CHECK(said.empty());
  put("st\nsecond\r\nthi");
  CAF_CHECK_EQUAL(said, (lines{"first", "second"}));
  testee.finish(second_ns);
  CAF_CHECK_EQUAL(said, (lines{"first", "second", "thi"}));
  CAF_CHECK_EQUAL(testee.last(), "thi");
}

CAF_TEST(blank lines say nothing) {
  put("\n\r\n  \nword  \n\t\n");
  testee.finish(second_ns);
  CAF_CHECK_EQUAL(said, (lines{"word"}));
  CAF_CHECK_EQUAL(testee.last(), "word");
}

CAF_TEST(control characters cannot forge anything) {
  put("a\x1B[2Jb\tc\x7F"
      "d\n");
  CAF_CHECK_EQUAL(said, (lines{"a [2Jb c d"}));
}

CAF_TEST(long lines are cut) {
  put(std::string(100'000, 'x') + "\nshort\n");
  CAF_REQUIRE_EQUAL(said.size(), 2u);
  CAF_CHECK_EQUAL(said[0], std::string(bounded_lines::max_line_bytes, 'x'));
  CAF_CHECK_EQUAL(said[1], "short");
}

CAF_TEST(more than ten lines a second are counted and said) {
  for (int i = 0; i < 25; ++i)
    put("line " + std::to_string(i) + "\n");
  CAF_CHECK_EQUAL(said.size(), 10u);
  CAF_CHECK(testee.owes());
  CAF_CHECK_EQUAL(testee.last(), "line 24");
  testee.tick(2 * second_ns - 1);
  CAF_CHECK_EQUAL(said.size(), 10u);
  testee.tick(2 * second_ns);
  CAF_CHECK_EQUAL(said.size(), 11u);
  CAF_CHECK_EQUAL(said.back(), "(15 more lines left out)");
  CAF_CHECK(!testee.owes());
  put("again\n", 2 * second_ns);
  CAF_CHECK_EQUAL(said.back(), "again");
}

CAF_TEST(the end says what was left out) {
  for (int i = 0; i < 12; ++i)
    put("x\n");
  testee.finish(second_ns);
  CAF_CHECK_EQUAL(said.back(), "(2 more lines left out)");
}

CAF_TEST_FIXTURE_SCOPE_END()
