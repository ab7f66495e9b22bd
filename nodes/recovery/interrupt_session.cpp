#include "nodes/recovery/interrupt_session.hpp"

#include "actors/base/file_ops.hpp"
#include "actors/base/log.hpp"
#include "actors/session/manifest_view.hpp"
#include "messages/error.hpp"

#include <memory>
#include <utility>

namespace camnode {

namespace {

constexpr auto who = "recovery";

} // namespace

void interrupt_session(const open_session& x,
                       const session_rebuilder& rebuilder,
                       const std::string& why) {
  auto cameras = rebuilder.cameras();
  auto view = view_of(x.books);
  view.state = "interrupted";
  view.interrupted = why;
  view.sensors = rebuilder.sensors();
  view.cameras.clear(); // As the files tell.
  if (view.session.stop_ms == 0)
    view.session.stop_ms = end_of(view.session, cameras, view.sensors);
  uint64_t frames = 0;
  for (auto& [id, books] : cameras) {
    fleet_member camera;
    camera.server = x.server(id);
    camera.viewer = x.viewer(id);
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
