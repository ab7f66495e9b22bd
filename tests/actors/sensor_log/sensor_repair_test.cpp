#define CAF_SUITE sensor_repair

#include "tests/camnode_test.hpp"

#include "actors/sensor_log/sensor_repair.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"

#include <set>
#include <string>

using namespace camnode;
using namespace camnode_test;
namespace fs = std::filesystem;

namespace {

const std::string text = "timestamp,t\n1000,1\n1500,\"2\n2\"\n1700,3\n";

sensor_repair repair(const scratch_directory& dir) {
  auto starts = find_broken_readings(dir.path());
  CAF_REQUIRE(starts);
  CAF_REQUIRE_EQUAL(starts->size(), 1u);
  auto result = repair_readings(dir.path(), starts->front());
  if (!result)
    CAF_FAIL(describe(result.error()));
  auto again = find_broken_readings(dir.path());
  CAF_REQUIRE(again);
  CAF_CHECK(again->empty());
  return *result;
}

std::set<std::string> names(const scratch_directory& dir) {
  std::set<std::string> result;
  for (auto& x : fs::directory_iterator{dir.path()})
    result.insert(x.path().filename().string());
  return result;
}

using name_set = std::set<std::string>;

} // namespace

CAF_TEST(a whole file is named by its last reading) {
  scratch_directory dir;
  dir.put("1000.csv.part", text);
  auto x = repair(dir);
  CAF_CHECK_EQUAL(x.stem, "1000-1701");
  CAF_CHECK_EQUAL(x.rows, 3u);
  CAF_CHECK_EQUAL(content_of(dir.path() / "1000-1701.csv"), text);
}

CAF_TEST(a last time that no name can have is not in the name) {
  for (auto time : {"9223372036854775807", "9223372036854", "-5"}) {
    scratch_directory dir;
    dir.put("1000.csv.part",
            "timestamp,t\n1000,1\n" + std::string{time} + ",2\n");
    auto x = repair(dir);
    CAF_CHECK_EQUAL(x.stem, "1000-1001");
    CAF_CHECK_EQUAL(x.rows, 2u);
  }
}

CAF_TEST(a file cut at any length keeps its whole readings) {
  for (size_t n = 0; n < text.size(); ++n) {
    scratch_directory dir;
    dir.put("1000.csv.part", text.substr(0, n) + std::string(n % 3, '\0'));
    auto x = repair(dir);
    if (x.rows == 0) {
      CAF_CHECK(x.stem.empty());
      continue;
    }
    auto kept = content_of(dir.path() / (x.stem + ".csv"));
    CAF_CHECK_EQUAL(kept, text.substr(0, kept.size()));
    CAF_CHECK_EQUAL(kept.back(), '\n');
    CAF_CHECK_EQUAL(names(dir).size(), 1u);
  }
}

CAF_TEST(a copy that was being made is no second file) {
  scratch_directory dir;
  dir.put("1000.csv.part", text);
  dir.put("1000.csv.part.wider", text.substr(0, 20));
  CAF_CHECK_EQUAL(repair(dir).rows, 3u);
  CAF_CHECK(names(dir) == name_set{"1000-1701.csv"});
  scratch_directory alone;
  alone.put("1000.csv.part.wider", text);
  CAF_CHECK_EQUAL(repair(alone).rows, 3u);
  CAF_CHECK(names(alone) == name_set{"1000-1701.csv"});
}

CAF_TEST(a file without readings is removed and one of others set aside) {
  scratch_directory dir;
  dir.put("1000.csv.part", "timestamp,t\n");
  CAF_CHECK(!repair(dir).set_aside);
  CAF_CHECK(names(dir).empty());
  dir.put("1000.csv.part", "somebody's, data\n");
  CAF_CHECK(repair(dir).set_aside);
  CAF_CHECK(names(dir) == name_set{"1000.csv.damaged"});
}

CAF_TEST(a name that is taken is left alone) {
  scratch_directory dir;
  dir.put("1000.csv.part", text);
  dir.put("1000-1701.csv", "theirs");
  CAF_CHECK(!repair_readings(dir.path(), 1000));
  CAF_CHECK_EQUAL(content_of(dir.path() / "1000-1701.csv"), "theirs");
  CAF_CHECK_EQUAL(content_of(dir.path() / "1000.csv.part"), text);
}
