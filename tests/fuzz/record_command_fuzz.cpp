// Commands to record, as anybody may send them over MQTT or HTTP: each is
// understood, or refused with a reason.

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "messages/wire/metadata.hpp"
#include "messages/wire/record_command.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <string>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

std::vector<uint8_t> seed(const std::string& text) {
  return {text.begin(), text.end()};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto x = parse_record_command({reinterpret_cast<const char*>(data), size});
  if (!x) {
    auto why = reason_of(x.error());
    require(!why.empty() && why.find('\n') == why.npos);
    return 0;
  }
  constexpr int64_t longest_ms = int64_t{30} * 86'400'000;
  require(x->duration_ms >= 0 && x->duration_ms <= longest_ms);
  require(is_name_text(x->label) && x->label.size() <= 64);
  if (x->metadata.empty())
    return 0;
  auto again = read_metadata(nlohmann::json::parse(x->metadata));
  require(again && *again == x->metadata);
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  return {seed("start"), seed("stop"),
          seed(R"({"action": "start", "label": "trial", "duration_s": 10})"),
          seed(R"({"action": "start", "metadata": {"subject": "m7", "n": 1.5,
                   "wild": true}})"),
          seed(R"({"action": "stop"})")};
}
