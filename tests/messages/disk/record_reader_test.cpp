#define CAF_SUITE record_reader
#include "tests/camnode_test.hpp"

#include "messages/disk/record_reader.hpp"
#include "tests/scratch_directory.hpp"

#include <fstream>

using namespace camnode;
using camnode_test::scratch_directory;

namespace {

struct fixture {
  void put(const std::string& name, const std::string& text) {
    std::ofstream{scratch.path() / name} << text;
  }

  scratch_directory scratch;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(record_reader_tests, fixture)

CAF_TEST(records end with lines outside of quotes) {
  put("x", "a,b\n\"c\nd\",e\n\n\"f\"\"\n\"\ng");
  record_reader reader{scratch.path() / "x"};
  std::vector<std::string> found;
  std::string_view record;
  while (reader.next(record))
    found.emplace_back(record);
  CAF_CHECK_EQUAL(found, (std::vector<std::string>{"a,b", "\"c\nd\",e", "",
                                                   "\"f\"\"\n\""}));
  CAF_CHECK_EQUAL(reader.fault(), "");
}

CAF_TEST(records go on from piece to piece) {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += std::to_string(i) + (i % 1000 == 0 ? ",\"\n\"\n" : ",x\n");
  put("x", text);
  record_reader reader{scratch.path() / "x"};
  std::string_view record;
  int n = 0;
  auto right = true;
  while (reader.next(record)) {
    auto end = n % 1000 == 0 ? ",\"\n\"" : ",x";
    right = right && record == std::to_string(n) + end;
    ++n;
  }
  CAF_CHECK(right);
  CAF_CHECK_EQUAL(n, 100'000);
}

CAF_TEST(a record without end is a fault and not all of the memory) {
  put("x", "\"" + std::string(3 << 20, 'y'));
  record_reader reader{scratch.path() / "x"};
  std::string_view record;
  CAF_CHECK(!reader.next(record));
  CAF_CHECK_NOT_EQUAL(reader.fault(), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
