// What SESSION says of itself.

#include "actors/session/session.hpp"

#include "actors/session/camera_state.hpp"

#include <utility>

namespace camnode {

session_view session::view() const {
  auto result = view_of(session_, past_, cameras_->look());
  result.late = options_.late->look();
  return result;
}

session_view
session::manifest_view(const session_info& x, const session_past& past,
                       const std::vector<fleet_member>& cameras) const {
  auto books = with_books_of(x, cameras);
  // First whether they change any more, then what they are.
  auto open = x.open();
  auto late = !open && !who_is_at(x, books, *sensors_).empty();
  auto result = view_of(x, past, std::move(books));
  result.state = open ? "recording" : late ? "stopping" : "finished";
  return result;
}

session_view session::view_of(const session_info& session,
                              const session_past& past,
                              std::vector<fleet_member> cameras) const {
  session_view x;
  x.client = options_.client;
  x.version = options_.version;
  x.state = state();
  x.session = session;
  auto fault = manifest_fault();
  x.last_error = fault.empty() ? error_.now() : fault;
  x.last_trouble = error_.last();
  x.commands_refused = refused_;
  x.now_ns = options_.clock();
  x.utc_ms = options_.utc() / 1'000'000;
  x.cameras = std::move(cameras);
  for (auto& camera : x.cameras)
    for (auto* actor : {"viewer/", "recorder/"}) {
      auto name = actor + camera.server.id;
      x.restarts[name] = directory().restarts(name);
    }
  x.missing = roll_call::missing(x.cameras, options_.utc(), x.now_ns);
  x.not_as_last_time = cameras_called_.not_as_last_time();
  x.alarms = alarms().look();
  if (auto why = why_no_camera({x.cameras.begin(), x.cameras.end()}, session);
      !why.empty())
    x.alarms[who()] = why;
  for (auto& [actor, n] : past.restarts)
    x.restarts[actor] += n;
  x.resumed_ms = past.resumed_ms;
  x.boot_id = options_.boot_id;
  x.disk = disk_.look();
  x.sensors = sensors_->look(session.start_ms);
  x.readings_outside = sensors_->outside();
  x.markers = sensors_->markers(x.now_ns);
  x.sensor_error = sensors_->last_error();
  x.sensor_trouble = sensors_->last_trouble();
  x.outages = sensors_->outages(session.start_ms);
  return x;
}

std::string session::state() const {
  if (!session_.exists())
    return "idle";
  return session_.open() ? "recording" : "stopping";
}

void session::tell() {
  if (auto truth = light_.next(view()))
    send(parent_, publish_atom_v, *truth);
}

} // namespace camnode
