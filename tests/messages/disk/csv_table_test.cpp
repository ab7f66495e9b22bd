#define CAF_SUITE csv_table
#include "tests/camnode_test.hpp"

#include "messages/disk/csv_table.hpp"
#include "messages/error.hpp"

using namespace camnode;

namespace {

using record = std::vector<std::string>;

std::string widen(const csv_table& table, std::string_view file) {
  return csv_widener{table}.feed(file);
}

csv_records parsed(std::string_view text) {
  auto x = parse_csv(text);
  CAF_REQUIRE(x);
  return *x;
}

std::string reason(std::string_view text) {
  auto x = parse_csv(text);
  return x ? "accepted" : describe(x.error());
}

} // namespace

CAF_TEST(columns come in the order of their first appearance) {
  csv_table table;
  CAF_CHECK_EQUAL(table.header(), "timestamp\n");
  auto first = table.make_row(1, {{"b", "2"}, {"a", "1"}});
  CAF_REQUIRE(first);
  CAF_CHECK_EQUAL(first->text, "1,2,1\n");
  CAF_CHECK(first->widened);
  CAF_CHECK_EQUAL(table.header(), "timestamp,b,a\n");
  auto second = table.make_row(2, {{"a", "3"}});
  CAF_REQUIRE(second);
  CAF_CHECK_EQUAL(second->text, "2,,3\n");
  CAF_CHECK(!second->widened);
}

CAF_TEST(a reading without values is a row of its time) {
  csv_table table;
  auto x = table.make_row(-5, {});
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->text, "-5\n");
  CAF_CHECK(!x->widened);
}

CAF_TEST(fields are quoted where they must be) {
  csv_table table;
  auto x = table.make_row(1, {{"a,b", "say \"hi\""},
                              {"c", "two\nlines"},
                              {"d", " plain "},
                              {"e", "\r"}});
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->text,
                  "1,\"say \"\"hi\"\"\",\"two\nlines\", plain ,\"\r\"\n");
  CAF_CHECK_EQUAL(table.header(), "timestamp,\"a,b\",c,d,e\n");
}

CAF_TEST(refused readings leave the columns as they are) {
  csv_table table;
  std::string long_key(256, 'k');
  CAF_CHECK(table.make_row(1, {{long_key, ""}}));
  auto before = table.header();
  CAF_CHECK(!table.make_row(2, {{"x", ""}, {long_key + 'k', ""}}));
  CAF_CHECK(!table.make_row(2, {{"x", ""}, {"x", ""}}));
  CAF_CHECK(!table.make_row(2, {{"x", ""}, {"timestamp", ""}}));
  CAF_CHECK_EQUAL(table.header(), before);
}

CAF_TEST(a table has at most 1024 columns) {
  csv_table table;
  sensor_values values;
  for (int i = 0; i < 1023; ++i)
    values.emplace_back(std::to_string(i), "x");
  CAF_CHECK(table.make_row(1, values));
  CAF_CHECK_EQUAL(table.columns(), 1024u);
  auto refused = table.make_row(2, {{"1", "x"}, {"one more", "x"}});
  CAF_REQUIRE(!refused);
  CAF_CHECK_EQUAL(describe(refused.error()),
                  "bad message: more than 1024 columns");
  CAF_CHECK(table.make_row(3, {{"1022", "x"}}));
}

CAF_TEST(old rows are padded for the wider header) {
  csv_table table;
  auto file = table.header();
  file += table.make_row(1, {})->text;
  file += table.make_row(2, {{"a", "1,5"}})->text;
  file += table.make_row(3, {{"b", "x\n\"y\",\n"}})->text;
  table.make_row(4, {{"c", ""}});
  CAF_CHECK(parsed(widen(table, file))
            == (csv_records{{"timestamp", "a", "b", "c"},
                            {"1", "", "", ""},
                            {"2", "1,5", "", ""},
                            {"3", "", "x\n\"y\",\n", ""}}));
}

CAF_TEST(widening does not depend on how the file is cut) {
  csv_table table;
  auto file = table.header();
  file += table.make_row(1, {{"a", "\"\""}, {"b", "\n,"}})->text;
  table.make_row(2, {{"c", "x"}});
  auto whole = widen(table, file);
  for (size_t cut = 0; cut <= file.size(); ++cut) {
    csv_widener testee{table};
    auto pieces = testee.feed(file.substr(0, cut));
    pieces += testee.feed(file.substr(cut));
    CAF_CHECK_EQUAL(pieces, whole);
  }
}

CAF_TEST(widening twice changes nothing more) {
  csv_table table;
  auto file = table.header();
  table.make_row(1, {{"a", "1"}, {"b", "2"}});
  file += "5\n6,x\n";
  auto once = widen(table, file);
  CAF_CHECK_EQUAL(once, "timestamp,a,b\n5,,\n6,x,\n");
  CAF_CHECK_EQUAL(widen(table, once), once);
}

CAF_TEST(a record that a crash cut off is left out) {
  csv_table table;
  csv_widener testee{table};
  CAF_CHECK_EQUAL(testee.feed("timestamp\n1\n23"), "timestamp\n1\n");
}

CAF_TEST(the parser takes both line ends and a last line without one) {
  csv_records expected{{"a", "b"}, {"", "c\r\nd"}};
  CAF_CHECK(parsed("a,b\r\n,\"c\r\nd\"\r\n") == expected);
  CAF_CHECK(parsed("a,b\n,\"c\r\nd\"") == expected);
  CAF_CHECK(parsed("").empty());
  CAF_CHECK(parsed("\n") == csv_records{record{""}});
  CAF_CHECK(parsed("a,") == (csv_records{{"a", ""}}));
  CAF_CHECK(parsed("\"\"\"\"") == csv_records{record{"\""}});
}

CAF_TEST(the parser names the line that breaks the rules) {
  auto field = "want a comma or a line end after a field";
  auto in_line = [](int line, const std::string& text) {
    return "bad message: CSV line " + std::to_string(line) + ": " + text;
  };
  CAF_CHECK_EQUAL(reason("a\nb\"c\"\n"), in_line(2, field));
  CAF_CHECK_EQUAL(reason("\"a\nb\"\n\"c\"d"), in_line(3, field));
  CAF_CHECK_EQUAL(reason("a\rb\n"), in_line(1, field));
  CAF_CHECK_EQUAL(reason("a\n\"b\nc"),
                  in_line(2, "a quote that is never closed"));
}

CAF_TEST(columns may be there from the beginning) {
  csv_table table{{"time_ns", "text", "source"}};
  CAF_CHECK_EQUAL(table.header(), "time_ns,text,source\n");
  auto x = table.make_row(1, {{"source", "api"}, {"n", "7"}, {"text", "a"}});
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->text, "1,a,api,7\n");
  CAF_CHECK(!table.make_row(1, {{"time_ns", "2"}}));
}
