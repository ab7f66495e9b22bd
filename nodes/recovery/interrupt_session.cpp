#include "nodes/recovery/interrupt_session.hpp"

#include "actors/base/file_ops.hpp"
#include "actors/base/log.hpp"
#include "actors/session/manifest_of.hpp"
#include "messages/error.hpp"

#include <utility>

namespace camnode {

namespace {

constexpr auto who = "recovery";

/// As the manifest told, with the books that the files tell.
manifest_camera camera_of(const unfinished_session& x, const std::string& id,
                          const session_books& books,
                          const session_info& session) {
  auto told = x.books.cameras.find(id);
  auto result = told == x.books.cameras.end() ? manifest_camera{}
                                              : told->second;
  result.server = x.server(id);
  auto figures = books.figures();
  figures.end_unknown = figures.end_unknown || figures.last;
  // Rows that a repair made do not tell.
  auto times_unknown = figures.written > 0 && !figures.first;
  auto time = result.time;
  set_books(result, figures, books.pieces(), books.losses().entries(),
            books.breaks());
  if (times_unknown)
    result.time = time;
  result.absences = books.absences(session, 0);
  return result;
}

} // namespace

void interrupt_session(const unfinished_session& x,
                       const session_rebuilder& rebuilder,
                       const std::string& why) {
  auto cameras = rebuilder.cameras();
  auto result = x.books;
  result.state = "interrupted";
  result.interrupted = why;
  result.sensors = rebuilder.sensors();
  auto& session = result.session;
  if (session.stop_ms == 0)
    session.stop_ms = end_of(session, cameras, result.sensors);
  uint64_t frames = 0;
  for (auto& [id, books] : cameras) {
    frames += books.figures().written;
    result.cameras[id] = camera_of(x, id, books, session);
  }
  auto err = replace_file_synced(x.path, render_manifest(result));
  if (err)
    return log_error(who, "cannot close session ", session.start_ms, ": ",
                     describe(err));
  log_warning(who, "session ", session.start_ms,
              " is closed as interrupted: ", why, "; ", cameras.size(),
              " cameras, ", frames, " frames");
}

} // namespace camnode
