#include "nodes/recovery/resume_session.hpp"

#include "actors/base/log.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace camnode {

namespace {

constexpr auto who = "recovery";

/// Nobody was there to record. A legacy server numbers nothing: what it sent
/// meanwhile is unknown.
void note_absence(const server_info& server, recording_ledger& ledger,
                  int64_t now_ns) {
  auto books = ledger.look();
  auto& last = books.last;
  ledger.absent_because(books.session_ms, "the client was not running");
  if (last && last->epoch == 0 && server.legacy)
    ledger.run_ended({*last, now_ns});
}

/// What the manifest knew of the connection to a camera, and of its clock.
viewer_board_ptr viewer_of(const manifest& books, const std::string& id) {
  auto result = std::make_shared<viewer_board>();
  auto told = books.cameras.find(id);
  if (told == books.cameras.end())
    return result;
  auto& x = told->second;
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

/// Readings from a little before the last thing on disk until the broker is
/// back are unknown, if there are sensors at all.
std::vector<broker_outage> outages_of(const unfinished_session& x,
                                      int64_t last_ns,
                                      const sensor_board::topics& sensors) {
  auto result = x.books.outages;
  auto lasts = std::any_of(result.begin(), result.end(), [](auto& y) {
    return y.to_ns == 0 && y.filter.empty();
  });
  if (lasts || (sensors.empty() && result.empty()))
    return result;
  auto from_ms = std::max(x.books.session.start_ms,
                          last_ns / 1'000'000 - 1'000);
  result.push_back({x.books.session.client_ns(from_ms), 0, {}, {}});
  return result;
}

} // namespace

resumed_session resume_session(const unfinished_session& x,
                               const session_rebuilder& rebuilder,
                               int64_t now_ns) {
  resumed_session result;
  result.session = x.books.session;
  result.resumed_ms = x.books.resumed_ms;
  result.restarts = x.restarts();
  result.sensors = rebuilder.sensors();
  auto session_ns = result.session.session_ns(now_ns);
  result.resumed_ms.push_back(session_ns / 1'000'000);
  auto last_ns = result.session.start_ms * 1'000'000;
  uint64_t frames = 0;
  auto cameras = rebuilder.cameras();
  auto sure_ns = end_of(result.session, {}, result.sensors) * 1'000'000;
  for (auto& [id, books] : cameras) {
    frames += books.figures().written;
    last_ns = std::max(last_ns, books.figures().last_capture_ns);
    auto server = x.server(id);
    auto ledger = std::make_shared<recording_ledger>(books);
    note_absence(server, *ledger, session_ns);
    result.cameras.push_back(
      {std::move(server), std::move(ledger), viewer_of(x.books, id)});
  }
  result.outages = outages_of(x, std::max(sure_ns, last_ns), result.sensors);
  // It was due while nobody was there.
  auto& s = result.session;
  if (s.stop_ms == 0 && s.due_ms != 0 && s.due_ms * 1'000'000 <= session_ns)
    s.stop_ms = s.due_ms;
  log_warning(who, "session ", s.start_ms, " goes on, ",
              duration_text(session_ns - last_ns), " after its last frame; ",
              result.cameras.size(), " cameras, ", frames, " frames so far",
              s.stop_ms == 0 ? "" : "; it was stopped already");
  return result;
}

} // namespace camnode
