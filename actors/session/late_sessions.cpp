#include "actors/session/late_sessions.hpp"

#include <utility>

namespace camnode {

fleet_member frozen(fleet_member x) {
  auto board = std::make_shared<viewer_board>();
  board->clocks().restore(x.board->clocks().look());
  board->update([now = x.board->look()](viewer_figures& f) { f = now; });
  x.board = std::move(board);
  return x;
}

std::vector<fleet_member> with_books_of(const session_info& x,
                                        std::vector<fleet_member> cameras) {
  for (auto& camera : cameras)
    camera.ledger = camera.ledger->snapshot(x.start_ms);
  return cameras;
}

std::vector<std::string> who_is_at(const session_info& x,
                                   const std::vector<fleet_member>& cameras,
                                   const sensor_board& sensors) {
  std::vector<std::string> result;
  for (auto& camera : cameras)
    if (!camera.ledger->is_done_with(x.start_ms))
      result.push_back(camera.server.id);
  if (!sensors.complete(x.start_ms))
    result.push_back("sensors");
  return result;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string result;
  for (auto& x : names)
    result += (result.empty() ? "" : ", ") + x;
  return result;
}

std::optional<late_session> late_sessions::add(late_session x) {
  for (auto& camera : x.cameras)
    camera.ledger->keep(x.session.start_ms);
  x.sensors->keep(x.session.start_ms);
  sessions_.push_back(std::move(x));
  std::optional<late_session> result;
  if (sessions_.size() > max_sessions) {
    result = std::move(sessions_.front());
    sessions_.erase(sessions_.begin());
    let_go(*result);
  }
  size_ = sessions_.size();
  return result;
}

std::vector<session_info> late_sessions::complete(int64_t now_ns,
                                                  const make_view& view_of) {
  std::vector<session_info> result;
  for (auto i = sessions_.begin(); i != sessions_.end();) {
    i->file.write_if_news(now_ns, [&] { return view_of(*i); });
    if (!i->file.is_closed()) {
      ++i;
      continue;
    }
    let_go(*i);
    result.push_back(i->session);
    i = sessions_.erase(i);
  }
  size_ = sessions_.size();
  return result;
}

void late_sessions::let_go(late_session& x) {
  x.file.forget();
  for (auto& camera : x.cameras)
    camera.ledger->forget(x.session.start_ms);
  x.sensors->forget(x.session.start_ms);
}

void late_sessions::wait(caf::timespan patience) {
  for (auto& x : sessions_)
    x.file.wait(patience / static_cast<int64_t>(sessions_.size()));
}

std::vector<late_report> late_sessions::look() const {
  std::vector<late_report> result;
  for (auto& x : sessions_)
    result.push_back(
      {x.session.start_ms, who_is_at(x.session, x.cameras, *x.sensors)});
  return result;
}

std::string late_sessions::fault(int64_t now_ns) const {
  for (auto& x : sessions_)
    if (auto why = x.file.fault(now_ns); !why.empty())
      return why;
  return {};
}

} // namespace camnode
