#define CAF_SUITE frame_table

#include "tests/camnode_test.hpp"

#include "messages/frame.hpp"
#include "tests/scratch_directory.hpp"
#include "tools/camctl/export/frame_table.hpp"
#include "tools/camctl/export/spoken_time.hpp"

#include <string>

using namespace camnode;
using camnode_test::scratch_directory;

namespace {

table_row some_row() {
  table_row x;
  x.frame = 4'000'000;
  x.time_ns = 1'800'000'000'123'456'789;
  x.epoch = (uint64_t{1} << 53) - 1;
  x.sequence = 17;
  x.error_ns = 250'000;
  x.filled = frame_fill::repeat;
  x.exposure_us = 9'000;
  x.flags = 2;
  x.bytes = 70'000;
  x.xxh3 = 0x00ab'cdef'0123'4567;
  return x;
}

std::string line_of(const table_row& x) {
  std::string result;
  append_row(result, x);
  return result;
}

} // namespace

CAF_TEST(a row has what the header names) {
  CAF_CHECK_EQUAL(line_of(some_row()),
                  "4000000,1800000000123456789,9007199254740991,17,250000,"
                  "repeat,9000,2,70000,00abcdef01234567\n");
  table_row black;
  black.filled = frame_fill::black;
  black.bytes = 9;
  CAF_CHECK_EQUAL(line_of(black), "0,,,,,black,,,9,0000000000000000\n");
}

CAF_TEST(a row is read as it was written) {
  auto line = line_of(some_row());
  line.pop_back();
  auto x = parse_table_row(line);
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(line_of(*x), line + '\n');
  for (auto& wrong : {std::string{}, "x" + line, line + ",", line + "0",
                      "0" + line, line.substr(1, line.size() - 2)})
    CAF_CHECK(!parse_table_row(wrong));
}

CAF_TEST(a frame without a number or a bound has empty fields) {
  index_row x;
  x.sequence = 9;
  x.epoch = 5;
  x.capture_ns = 77;
  x.bytes = 1;
  x.flags = frame::rebuilt;
  CAF_CHECK_EQUAL(line_of(table_row_of(x)), "0,77,,,,,,4,1,0000000000000000\n");
}

CAF_TEST(a table is read up to a row that is none) {
  scratch_directory dir;
  auto row = some_row();
  std::string text{table_header};
  for (row.frame = 0; row.frame < 3; ++row.frame)
    append_row(text, row);
  table_reader whole{dir.put("whole.csv", text)};
  int rows = 0;
  while (whole.next(row))
    ++rows;
  CAF_CHECK_EQUAL(rows, 3);
  CAF_CHECK_EQUAL(whole.fault(), "");
  for (auto& wrong : {text + "5,\n", text + line_of(some_row())}) {
    table_reader damaged{dir.put("damaged.csv", wrong)};
    while (damaged.next(row))
      ;
    CAF_CHECK_NOT_EQUAL(damaged.fault().find("row 3 is damaged"),
                        std::string::npos);
  }
  table_reader foreign{dir.put("foreign.csv", "a,b\n1,2\n")};
  CAF_CHECK(!foreign.next(row));
  CAF_CHECK_NOT_EQUAL(foreign.fault(), "");
  table_reader missing{dir.path() / "missing.csv"};
  CAF_CHECK(!missing.next(row));
  CAF_CHECK_NOT_EQUAL(missing.fault(), "");
}

CAF_TEST(a time is in seconds after the start or in UTC) {
  auto x = parse_time("12.5");
  CAF_REQUIRE(x);
  CAF_CHECK(x->after_start);
  CAF_CHECK_EQUAL(x->ns, 12'500'000'000);
  for (auto text : {"2027-01-17T08:00:00.123456789Z", "1800172800123456789"}) {
    x = parse_time(text);
    CAF_REQUIRE(x);
    CAF_CHECK(!x->after_start);
    CAF_CHECK_EQUAL(x->ns, 1'800'172'800'123'456'789);
  }
  for (auto wrong :
       {"", "-1", "x", "1x", "2027-01-17T08:00:00", "2027-01-17T08:00:00.Z",
        "2027-01-17T08:00:00Zx", "1e99", "nan", "3000000000", "1.8e18",
        "1800172800123456789.0", "9300000000000000000", "99999999999999999999",
        "0x10", "1e3", "."})
    CAF_CHECK(!parse_time(wrong));
}
