#define CAF_SUITE readings_reader
#include "tests/camnode_test.hpp"

#include "messages/disk/readings_reader.hpp"
#include "tests/scratch_directory.hpp"

using namespace camnode;
using camnode_test::scratch_directory;

namespace {

/// Readings as text: time, and each value with its key.
std::string all_of(readings_reader& x) {
  std::string result;
  while (auto* reading = x.next()) {
    result += std::to_string(reading->time_ns);
    for (auto& [key, text] : reading->values)
      result += " " + x.keys()[key] + "=" + text;
    result += "\n";
  }
  return result;
}

} // namespace

CAF_TEST(files of different columns are read in their order) {
  scratch_directory dir;
  dir.put("1-2.csv", "timestamp,a\n1,x\n1,\"y\n,\"\n");
  dir.put("2.csv.part", "timestamp,b,a\n2,z,\n");
  readings_reader testee{dir.path(), {"1-2", "2"}};
  CAF_CHECK_EQUAL(testee.keys(), (std::vector<std::string>{"a", "b"}));
  CAF_CHECK_EQUAL(testee.number_of("b"), 1u);
  CAF_CHECK_EQUAL(testee.number_of("c"), 2u);
  CAF_CHECK_EQUAL(all_of(testee), "1000000 a=x\n1000000 a=y\n,\n2000000 b=z\n");
  CAF_CHECK(testee.faults().empty());
}

CAF_TEST(the times of markers are in nanoseconds) {
  scratch_directory dir;
  dir.put("1-2.csv", "time_ns,text,source\n1000001,door,api\n");
  readings_reader testee{dir.path(), {"1-2"}};
  CAF_CHECK_EQUAL(all_of(testee), "1000001 text=door source=api\n");
}

CAF_TEST(what is no file of readings is named) {
  scratch_directory dir;
  dir.put("1-2.csv", "frame,sequence\n1,2\n");
  dir.put("2-3.csv", "timestamp,a\n2,x\nnow,y\n3,z\n");
  readings_reader testee{dir.path(), {"1-2", "2-3", "3-4"}};
  CAF_CHECK_EQUAL(all_of(testee), "2000000 a=x\n");
  CAF_CHECK_EQUAL(testee.faults().size(), 3u);
}

CAF_TEST(a file cut at any place has the readings before that) {
  const std::string whole = "time_ns,text\n1,\"a\nb\"\n2,c\n";
  const std::string all = "1 text=a\nb\n2 text=c\n";
  for (size_t n = 0; n <= whole.size(); ++n) {
    scratch_directory dir;
    dir.put("1-2.csv", whole.substr(0, n));
    readings_reader testee{dir.path(), {"1-2"}};
    auto read = all_of(testee);
    CAF_CHECK_EQUAL(all.substr(0, read.size()), read);
    CAF_CHECK_EQUAL(read == all, n == whole.size());
  }
}
