#include "nodes/recovery/interrupt_session.hpp"

#include "actors/session/session_report.hpp"
#include "actors/shared/file_ops.hpp"
#include "actors/shared/log.hpp"
#include "messages/error.hpp"

#include <memory>
#include <utility>

namespace camnode {

namespace {

constexpr auto who = "recovery";

viewer_board_ptr viewer_of(const open_session& x, const std::string& id) {
  auto result = std::make_shared<viewer_board>();
  auto i = x.books.cameras.find(id);
  result->clocks().restore(x.clocks(id));
  if (i != x.books.cameras.end())
    result->update([&](viewer_figures& f) {
      f.legacy = i->second.server.legacy;
      f.connections = i->second.connections;
      f.clocked = i->second.clock.has_value();
      f.clock = i->second.clock.value_or(clock_estimate{});
    });
  return result;
}

} // namespace

void interrupt_session(const open_session& x,
                       const session_rebuilder& rebuilder,
                       const std::string& why) {
  auto cameras = rebuilder.cameras();
  session_view view;
  view.client = x.books.client;
  view.version = x.books.version;
  view.state = "interrupted";
  view.interrupted = why;
  view.boot_id = x.books.boot_id;
  view.resumed_ms = x.books.resumed_ms;
  view.session = x.books.session;
  view.sensors = rebuilder.sensors();
  view.outages = x.books.outages;
  view.restarts = x.restarts();
  if (view.session.stop_ms == 0)
    view.session.stop_ms = end_of(view.session, cameras, view.sensors);
  uint64_t frames = 0;
  for (auto& [id, books] : cameras) {
    fleet_member camera;
    camera.server = x.server(id);
    camera.viewer = viewer_of(x, id);
    frames += books.figures.written;
    camera.ledger = ledger_of(std::move(books));
    if (camera.ledger->look().last)
      camera.ledger->end_unknown();
    view.cameras.push_back(std::move(camera));
  }
  auto err = replace_file_synced(x.path, render_manifest(view));
  if (err)
    return log_error(who, "cannot close session ", view.session.start_ms, ": ",
                     describe(err));
  log_warning(who, "session ", view.session.start_ms,
              " is closed as interrupted: ", why, "; ", cameras.size(),
              " cameras, ", frames, " frames");
}

} // namespace camnode
