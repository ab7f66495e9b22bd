// Whatever is announced is refused or a valid server, which survives being
// announced again. The topic is the first line of the input.

#include "messages/text.hpp"
#include "messages/wire/announcement.hpp"
#include "messages/wire/record_command.hpp"
#include "messages/wire/reply_topic.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

void check(bool x) {
  if (!x)
    std::abort();
}

void check_announcement(std::string_view topic, std::string_view payload) {
  auto x = camnode::parse_announcement(topic, payload);
  if (!x)
    return;
  check(camnode::is_node_id(x->id) && camnode::canonical_ip(x->ip) == x->ip);
  check(x->port != 0 && x->epoch < (uint64_t{1} << 53) && !x->legacy);
  auto again = camnode::parse_announcement(topic, write_announcement(*x));
  check(again && *again == *x);
}

/// The other payloads from the broker are short texts too.
void check_texts(std::string_view payload) {
  if (auto x = camnode::parse_record_command(payload)) {
    check(x->label.size() <= 64 && camnode::is_name_text(x->label));
    check(x->duration_ms == 0
          || (x->duration_ms >= 100 && x->duration_ms <= 2'592'000'000));
  }
  if (!camnode::check_reply_topic(payload, "camera/response"))
    check(camnode::is_mqtt_topic(payload));
  if (auto ip = camnode::parse_ip_answer(payload))
    check(camnode::canonical_ip(*ip) == *ip);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input{reinterpret_cast<const char*>(data), size};
  auto end = std::min(input.find('\n'), input.size());
  check_announcement(input.substr(0, end),
                     input.substr(std::min(end + 1, input.size())));
  check_texts(input);
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  std::vector<std::vector<uint8_t>> result;
  for (std::string x :
       {"camera/announce/a\n{\"id\":\"a\",\"ip\":\"10.0.0.7\",\"port\":8000,"
        "\"state\":\"online\",\"epoch\":7,\"width\":640,\"height\":480,"
        "\"fps\":29.97,\"version\":\"1\"}",
        "{\"action\":\"start\",\"label\":\"trial-07\",\"duration_s\":120}",
        "camera/response/viewer-1", "recording_stop", "fd00::1"})
    result.emplace_back(x.begin(), x.end());
  return result;
}
