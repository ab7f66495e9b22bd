// Whatever a peer answers to camctl is refused, or is a report that can be
// rendered and read again.

#include "messages/wire/node_report_json.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto x = camnode::parse_node_report(
    {reinterpret_cast<const char*>(data), size});
  if (!x)
    return 0;
  auto text = camnode::render_node_report(*x);
  auto again = camnode::parse_node_report(text);
  if (!again || camnode::render_node_report(*again) != text)
    std::abort();
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  std::vector<std::vector<uint8_t>> result;
  for (std::string x :
       {R"({"role":"client","id":"lab","pid":7,"truth":{"state":"idle"},)"
        R"("actors":[{"name":"session","alive":true,"restarts":1,)"
        R"("messages":[{"type":"beat","count":3,"per_1000_s":1000}]}],)"
        R"("parts":[{"name":"ring","figures":[{"name":"bytes","value":-5},)"
        R"({"name":"ip","text":"10.0.0.7"}]}]})",
        R"({"operates":true,"actors":[]})", "{}"})
    result.emplace_back(x.begin(), x.end());
  return result;
}
