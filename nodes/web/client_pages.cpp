#include "nodes/web/client_pages.hpp"

#include "actors/observed/actor_directory.hpp"
#include "actors/session/camera_state.hpp"
#include "nodes/web/client_metrics.hpp"

#include "assets.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// An actor that is at one message for longer is stuck: far beyond what a
/// busy disk takes for a sync.
constexpr int64_t stuck_ns = 5'000'000'000;

std::string trouble_of(const fleet_member& x, const session_info& session,
                       int64_t now_ns) {
  auto name = "camera " + x.server.id + ": ";
  auto state = camera_state(x, session, now_ns);
  auto why = x.ledger->look().last_error;
  if (why.empty())
    why = why_no_frame(x);
  if (!why.empty())
    why.insert(0, ": ");
  if (state == "stalled")
    return name + "not recording" + why;
  if (x.board->look().connected || state == "gone")
    return {};
  return name
         + (x.expected ? "is to be there and is not connected"
                       : "not connected")
         + why;
}

http_page text_page(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text)};
}

} // namespace

std::string client_trouble(const client_page_sources& x) {
  std::string result;
  auto add = [&](std::string what) {
    if (what.empty())
      return;
    // One line, whatever is in an error.
    std::replace(what.begin(), what.end(), '\n', ' ');
    if (!result.empty())
      result += "; ";
    result += what;
  };
  auto& board = *x.board;
  auto session = board.session();
  if (!board.broker_up)
    add("no connection to the broker");
  auto cameras = x.cameras->look();
  add(why_no_camera(cameras, session));
  for (auto& camera : cameras)
    add(trouble_of(camera, session, x.clock()));
  if (session.exists() && !board.sensors->last_error().empty())
    add("sensors: " + board.sensors->last_error());
  if (!board.disk->known)
    add("the disk of data.dir cannot be looked at");
  else if (board.disk->free_bytes < least_free_bytes)
    add("the disk is nearly full: "
        + std::to_string(board.disk->free_bytes / 1'000'000) + " MB free");
  for (auto& [actor, text] : x.alarms->look())
    add(actor + ": " + text);
  for (auto& actor : x.directory->look())
    if (actor.busy_ns > stuck_ns)
      add(actor.name + " is stuck for "
          + std::to_string(actor.busy_ns / 1'000'000) + " ms");
  return result;
}

std::map<std::string, std::function<http_page()>>
client_pages(const client_page_sources& x) {
  std::map<std::string, std::function<http_page()>> result;
  result["/"] = [] {
    return http_page{200, "text/html; charset=utf-8",
                     std::string{assets::client_html}};
  };
  result["/status"] = [board = x.board] {
    auto truth = board->truth();
    if (truth.empty())
      return text_page(503, "starting\n");
    return http_page{200, "application/json", truth + "\n"};
  };
  result["/healthz"] = [x] {
    auto trouble = client_trouble(x);
    return trouble.empty() ? text_page(200, "ok\n")
                           : text_page(503, trouble + "\n");
  };
  result["/metrics"] = [x] {
    return http_page{200, "text/plain; version=0.0.4", client_metrics(x)};
  };
  return result;
}

} // namespace camnode
