#include "nodes/recovery/session_head.hpp"

#include <cstdlib>

namespace camnode {

namespace {

bool is_closed(std::string_view head) {
  return head.find("\"state\": \"finished\"") != head.npos
         || head.find("\"state\": \"interrupted\"") != head.npos;
}

/// The number behind `"name": ` in the beginning of a manifest; 0 without.
int64_t number_in(std::string_view head, const std::string& name) {
  auto at = head.find("\"" + name + "\": ");
  if (at == head.npos)
    return 0;
  std::string digits{head.substr(at + name.size() + 4, 20)};
  return std::strtoll(digits.c_str(), nullptr, 10);
}

} // namespace

bool session_head::is_after(const manifest& x) const {
  if (!x.boot_id.empty() && boot_id == x.boot_id)
    return anchor_ns > x.session.anchor_mono_ns;
  return start_ms > x.session.start_ms;
}

session_head read_head(const std::filesystem::path& path, uint64_t size,
                       std::string_view text) {
  constexpr std::string_view boot = "\"boot_id\": \"";
  session_head result;
  result.path = path;
  result.size = size;
  result.start_ms = std::strtoll(path.filename().c_str(), nullptr, 10);
  result.stop_ms = number_in(text, "stop_ms");
  result.anchor_ns = number_in(text, "anchor_monotonic_ns");
  auto at = text.find(boot);
  if (at != text.npos) {
    auto rest = text.substr(at + boot.size());
    result.boot_id = rest.substr(0, rest.find('"'));
  }
  result.closed = is_closed(text);
  return result;
}

} // namespace camnode
