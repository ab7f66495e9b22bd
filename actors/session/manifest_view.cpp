#include "actors/session/manifest_view.hpp"

#include <algorithm>
#include <memory>

namespace camnode {

namespace {

/// As they were told, one that lasts included.
absence_log absences_of(const std::vector<absence>& told) {
  auto lasting = !told.empty() && told.back().to_ns == 0;
  absence_log result;
  result.restore(told, {}, lasting ? told.back().from_ns : 1);
  if (lasting)
    result.missing();
  return result;
}

/// When the manifest was made, as far as an absence that lasts tells.
int64_t now_of(const session_info& session, const manifest_camera& x) {
  if (x.absences.empty() || x.absences.back().to_ns != 0)
    return 0;
  auto& lasting = x.absences.back();
  return session.anchor_mono_ns
         + (lasting.from_ns + lasting.absent_ns - session.start_ms * 1'000'000);
}

} // namespace

ledger_figures figures_of(const manifest_camera& x) {
  ledger_figures result;
  result.state = ledger_figures::phase::finished;
  result.written = x.recorded;
  result.durable = x.durable;
  result.lost = x.lost;
  result.bytes = x.bytes;
  for (auto& [place, n] : x.lost_by_place)
    add_bounded(result.lost_at[static_cast<size_t>(loss_place_of(place))], n);
  result.runs_ended = x.breaks.size() + x.unlisted_breaks;
  result.end_unknown = x.end_unknown;
  if (x.end_unknown)
    result.last = frame_number{x.segments.empty() ? 0 : x.segments.back().epoch,
                               x.end_behind};
  result.last_error = x.last_error;
  return result;
}

viewer_board_ptr viewer_of(const manifest_camera& x) {
  auto result = std::make_shared<viewer_board>();
  result->clocks().restore(x.clocks);
  result->update([&](viewer_figures& f) {
    f.legacy = x.server.legacy;
    f.connections = x.connections;
    if (!x.clock)
      return;
    f.clocked = true;
    f.clock = {x.clock->offset_ns, x.clock->error_ns};
    f.drift_ppb = x.clock->drift_ppb;
    f.drift_error_ppb = x.clock->drift_error_ppb;
    f.probed_ns = x.clock->client_ns;
    f.probes = x.clock->probes;
    f.probes_refused = x.clock->probes_refused;
    f.clock_restarts = x.clock->restarts;
  });
  return result;
}

session_view view_of(const manifest& x) {
  session_view result;
  result.client = x.client;
  result.version = x.version;
  result.state = x.state;
  result.interrupted = x.interrupted;
  result.boot_id = x.boot_id;
  result.resumed_ms = x.resumed_ms;
  result.session = x.session;
  result.sensors = x.sensors;
  result.outages = x.outages;
  for (auto& [id, camera] : x.cameras) {
    for (auto& [actor, n] : camera.restarts)
      result.restarts[actor + "/" + id] = n;
    result.now_ns = std::max(result.now_ns, now_of(x.session, camera));
    auto figures = figures_of(camera);
    figures.session_ms = x.session.start_ms;
    auto ledger = std::make_shared<recording_ledger>();
    ledger->restore(std::move(figures), camera.segments, camera.losses,
                    camera.breaks, absences_of(camera.absences));
    result.cameras.push_back(
      {camera.server, nullptr, viewer_of(camera), std::move(ledger)});
  }
  return result;
}

} // namespace camnode
