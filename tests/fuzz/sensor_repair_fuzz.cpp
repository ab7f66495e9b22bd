// A sensor's file, damaged: the check and the repair agree on how much of it
// is readings, and nothing else is kept.

#include "actors/sensor_log/sensor_repair.hpp"
#include "messages/disk/sensor_check.hpp"
#include "tests/scratch_directory.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    abort();
}

sensor_facts facts_of(const std::string& text, size_t piece) {
  sensor_check reader;
  for (size_t at = 0; at < text.size(); at += piece)
    reader.feed(std::string_view{text}.substr(at, piece));
  return reader.finish();
}

} // namespace

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  std::vector<std::vector<uint8_t>> result;
  for (std::string x :
       {"timestamp,t\n1000,1\n1500,\"2\n2\"\n1700,3\n",
        "timestamp,\"a,b\",c\n1000,,\n1001,\"\"\"\",x\n", "timestamp\n",
        "time_ns,text,source\n1000000000,\"a\nb\",api\n1700000000,c,\n"})
    result.emplace_back(x.begin(), x.end());
  return result;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const camnode_test::scratch_directory dir;
  for (const auto& left : std::filesystem::directory_iterator{dir.path()})
    std::filesystem::remove(left);
  std::string text{reinterpret_cast<const char*>(data), size};
  auto facts = facts_of(text, 1 + size % 7);
  require(facts.whole_size <= size);
  require(facts.fault.empty()
          == (facts.columns > 0 && facts.whole_size == size));
  dir.put("1000.csv.part", text);
  auto repaired = repair_readings(dir.path(), 1000);
  require(repaired.engaged());
  auto left = find_broken_readings(dir.path());
  require(left && left->empty());
  require(repaired->rows == facts.rows);
  if (repaired->rows == 0)
    return 0;
  auto kept = camnode_test::content_of(dir.path() / (repaired->stem + ".csv"));
  require(kept == text.substr(0, facts.whole_size));
  auto again = facts_of(kept, kept.size());
  require(again.fault.empty() && again.rows == facts.rows);
  return 0;
}
