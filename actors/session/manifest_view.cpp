#include "actors/session/manifest_view.hpp"

#include <memory>

namespace camnode {

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
    auto figures = figures_of(camera);
    figures.session_ms = x.session.start_ms;
    auto ledger = std::make_shared<recording_ledger>();
    ledger->restore(std::move(figures), camera.segments, camera.losses,
                    camera.breaks);
    result.cameras.push_back(
      {camera.server, nullptr, viewer_of(camera), std::move(ledger)});
  }
  return result;
}

} // namespace camnode
