#include "actors/session/manifest_of.hpp"

#include "actors/session/camera_state.hpp"
#include "actors/shared/clock_age.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// What the times of the frames are, by the last one; empty: there is none.
std::string time_text(const ledger_figures& x) {
  if (x.written == 0)
    return {};
  if (x.flags & frame::receive_time_only)
    return "arrival at the client";
  return x.flags & frame::arrival_time ? "arrival at the server" : "sensor";
}

/// What the lists have no room for.
void count_unlisted(manifest_camera& out, const ledger_figures& x) {
  uint64_t named = 0;
  for (auto& loss : out.losses)
    add_bounded(named, loss.frames());
  out.unlisted_lost = x.lost - std::min(named, x.lost);
  out.unlisted_breaks = x.runs_ended
                        - std::min<uint64_t>(out.breaks.size(), x.runs_ended);
}

manifest_clock clock_of(const viewer_figures& x, int64_t now_ns) {
  auto clock = clock_at(x, now_ns);
  manifest_clock result;
  result.offset_ns = clock.offset_ns;
  result.error_ns = clock.error_ns;
  result.drift_ppb = x.drift_ppb;
  result.drift_error_ppb = x.drift_error_ppb;
  result.probes = x.probes;
  result.probes_refused = x.probes_refused;
  result.restarts = x.clock_restarts;
  result.client_ns = x.probed_ns == 0 ? 0 : std::max(x.probed_ns, now_ns);
  return result;
}

manifest_trouble trouble_of(const trouble_note::past& x,
                            const session_view& view) {
  if (x.at_ns == 0)
    return {x.text, 0};
  auto time_ms = view.utc_ms - (view.now_ns - x.at_ns) / 1'000'000;
  return {x.text, std::max<int64_t>(time_ms, 0)};
}

manifest_camera camera_of(const fleet_member& x, const session_view& view) {
  manifest_camera result;
  result.server = x.as_connected();
  auto viewer = x.board->look();
  result.server.legacy = viewer.legacy;
  auto books = books_of(x, view.session);
  if (books.session_ms == 0)
    set_books(result, books, {}, {}, {});
  else
    set_books(result, books, x.ledger->pieces(), x.ledger->losses(),
              x.ledger->breaks());
  result.last_trouble = trouble_of(books.last_trouble, view);
  result.absences = absences_in(x, view.session, view.now_ns);
  if (viewer.clocked)
    result.clock = clock_of(viewer, view.now_ns);
  result.clocks = x.board->clocks().look();
  result.connections = viewer.connections;
  for (auto* actor : {"viewer", "recorder"}) {
    auto i = view.restarts.find(std::string{actor} + "/" + result.server.id);
    if (i != view.restarts.end())
      result.restarts[actor] = i->second;
  }
  return result;
}

} // namespace

void set_books(manifest_camera& out, const ledger_figures& x,
               std::vector<recorded_piece> pieces,
               std::vector<recorded_loss> losses,
               std::vector<recorded_break> breaks) {
  out.time = time_text(x);
  out.captured = x.written + x.lost;
  out.recorded = x.written;
  out.durable = x.durable;
  out.lost = x.lost;
  out.lost_by_place.clear();
  for (size_t i = 0; i < x.lost_at.size(); ++i)
    if (x.lost_at[i] > 0)
      out.lost_by_place[to_string(static_cast<loss_place>(i))] = x.lost_at[i];
  out.end_unknown = x.end_unknown;
  out.end_behind = x.last ? x.last->sequence : 0;
  out.bytes = x.bytes;
  out.pieces = std::move(pieces);
  out.losses = std::move(losses);
  out.breaks = std::move(breaks);
  count_unlisted(out, x);
  out.last_error = x.last_error;
}

manifest manifest_of(const session_view& x) {
  manifest result;
  result.client = x.client;
  result.version = x.version;
  result.state = x.state;
  result.boot_id = x.boot_id;
  result.session = x.session;
  result.resumed_ms = x.resumed_ms;
  result.interrupted = x.interrupted;
  for (auto& camera : x.cameras)
    if (takes_part(camera, x.session))
      result.cameras[camera.server.id] = camera_of(camera, x);
  result.sensors = x.sensors;
  result.outages = x.outages;
  return result;
}

} // namespace camnode
