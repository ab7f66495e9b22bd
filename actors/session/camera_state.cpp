#include "actors/session/camera_state.hpp"

#include "actors/session/session_report.hpp"
#include "actors/shared/expected_pause.hpp"
#include "messages/when.hpp"

#include <algorithm>

namespace camnode {

std::string camera_state(const camera_look& x, const session_info& session,
                         int64_t now_ns) {
  auto ours = session.exists() && takes_part(x, session);
  if (!ours && x.member.is_gone(x.viewer))
    return "gone";
  return camera_truth(x.books, session, now_ns,
                      expected_pause_ns(x.member.server, x.viewer, now_ns));
}

bool takes_part(const camera_look& x, const session_info& session) {
  return x.books.session_ms == session.start_ms
         || x.member.ledger->is_announced(session.start_ms)
         || (session.open() && !x.member.is_gone(x.viewer));
}

std::vector<absence> absences_in(const camera_look& x,
                                 const session_info& session, int64_t now_ns) {
  if (!session.exists() || !takes_part(x, session))
    return {};
  return x.member.ledger->absences(session, now_ns);
}

std::string why_no_frame(const camera_look& x) {
  auto& server = x.member.server;
  auto& viewer = x.viewer;
  if (viewer.connected)
    return x.books.last_error;
  if (server.goodbye)
    return "the server said goodbye";
  if (!server.camera_trouble.empty())
    return "its camera: " + server.camera_trouble;
  if (server.ip.empty() && viewer.last_error.empty())
    return "nobody has announced it";
  if (viewer.broken > 0 && viewer.frames == 0)
    return "no picture of it can be read; " + viewer.last_error;
  return viewer.last_error;
}

std::string why_away(const camera_look& x) {
  auto why = why_no_frame(x);
  auto& server = x.member.server;
  if (why.empty() || server.goodbye || server.ip.empty())
    return why;
  return server.ip + ":" + std::to_string(server.port) + ": " + why;
}

std::string away_text(const camera_look& x, int64_t utc_ns, int64_t now_ns) {
  auto left_ns = x.viewer.left_ns;
  auto why = why_away(x);
  auto result = left_ns == 0
                  ? std::string{"not seen since this client started"}
                  : "since " + time_text(utc_ns - (now_ns - left_ns));
  return why.empty() ? result : result + ": " + why;
}

std::string why_no_camera(const std::vector<camera_look>& xs,
                          const session_info& session) {
  auto ours = [&](const auto& x) { return takes_part(x, session); };
  if (!session.open() || std::any_of(xs.begin(), xs.end(), ours))
    return {};
  return "no camera is known: sensors alone are recorded";
}

} // namespace camnode
