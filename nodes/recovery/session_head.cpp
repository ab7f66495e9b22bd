#include "nodes/recovery/session_head.hpp"

#include "actors/base/input_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace camnode {

namespace {

/// By how much a name may lie beside its session.
constexpr int64_t slack_ms = 10'000;

bool is_over(std::string_view head) {
  return head.find("\"state\": \"finished\"") != head.npos
         || head.find("\"state\": \"interrupted\"") != head.npos;
}

/// The number after `"name": ` in the beginning of a manifest; 0 without.
int64_t number_in(std::string_view head, const std::string& name) {
  auto at = head.find("\"" + name + "\": ");
  if (at == head.npos)
    return 0;
  std::string digits{head.substr(at + name.size() + 4, 20)};
  return std::strtoll(digits.c_str(), nullptr, 10);
}

std::string text_of(const listed_file& x, const std::filesystem::path& dir) {
  input_file file{dir / x.name};
  std::string result(std::min<uint64_t>(session_head::text_size, file.size()),
                     '\0');
  if (!file.read(0, reinterpret_cast<uint8_t*>(result.data()), result.size()))
    result.clear();
  return result;
}

} // namespace

int64_t session_head::begin_ms() const {
  return start_ms - slack_ms;
}

int64_t session_head::end_ms() const {
  return stop_ms == 0 ? std::numeric_limits<int64_t>::max()
                      : stop_ms + slack_ms;
}

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
  result.over = is_over(text);
  result.ours = text.find("\"format\": \"camnode session ") != text.npos;
  return result;
}

std::vector<session_head> read_heads(const std::vector<listed_file>& manifests,
                                     const std::filesystem::path& dir) {
  std::vector<session_head> result;
  result.reserve(manifests.size());
  for (auto& x : manifests)
    result.push_back(read_head(dir / x.name, x.size, text_of(x, dir)));
  return result;
}

} // namespace camnode
