#include "nodes/client/camera_list.hpp"

#include "actors/session/camera_state.hpp"
#include "actors/shared/clock_age.hpp"
#include "messages/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

/// Null for what is not known.
template <class Int>
json known(Int x) {
  return x == 0 ? json(nullptr) : json(x);
}

json clock_of(const viewer_figures& x, int64_t now_ns) {
  if (!x.clocked)
    return nullptr;
  auto clock = clock_at(x, now_ns);
  return {{"offset_ns", clock.offset_ns}, {"error_ns", clock.error_ns}};
}

json entry_of(const camera_look& x, const session_info& session,
              int64_t now_ns) {
  auto& viewer = x.viewer;
  auto server = x.member.as_connected(viewer);
  json result;
  result["id"] = server.id;
  result["state"] = camera_state(x, session, now_ns);
  result["connected"] = viewer.connected;
  result["address"] = server.ip.empty()
                        ? json(nullptr)
                        : json(server.ip + ":" + std::to_string(server.port));
  result["protocol"] = server.legacy ? "legacy" : "http";
  result["version"] = server.version;
  result["frames_per_1000_s"] = known(viewer.rate_mhz);
  result["width"] = known(viewer.width);
  result["height"] = known(viewer.height);
  result["newest_age_ns"] = viewer.newest_ns == 0
                              ? json(nullptr)
                              : json(now_ns - viewer.newest_ns);
  result["clock"] = clock_of(viewer, now_ns);
  result["why_no_frame"] = why_no_frame(x);
  return result;
}

} // namespace

std::string render_cameras(const fleet& cameras, const session_info& session,
                           int64_t now_ns) {
  auto list = json::array();
  for (auto& x : cameras.look())
    list.push_back(entry_of(x, session, now_ns));
  return json_text({{"cameras", std::move(list)}}, -1);
}

} // namespace camnode
