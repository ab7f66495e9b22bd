#include "nodes/verify/session_audit.hpp"

#include "actors/sensor_log/topic_path.hpp"

#include <algorithm>

namespace camnode {

namespace {

template <class Map, class F>
bool any_value(const Map& x, F f) {
  return std::any_of(x.begin(), x.end(),
                     [&](const auto& y) { return f(y.second); });
}

template <class Map>
bool any_gone(const Map& files) {
  return any_value(files, [](const auto& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const auto& x) { return x.gone; });
  });
}

void name_outages(const manifest& books, session_audit& result) {
  auto& s = books.session;
  for (auto& x : books.outages) {
    auto to = x.to_ns == 0 ? std::string{"the end"}
                           : std::to_string(s.session_ns(x.to_ns) / 1'000'000);
    auto why = x.filter.empty()
                 ? std::string{"there was no connection to the broker"}
                 : x.why;
    result.losses.push_back(
      "readings from " + std::to_string(s.session_ns(x.from_ns) / 1'000'000)
      + " to " + to + " are unknown: " + why);
  }
}

void audit_cameras(const manifest& books, const session_files& files,
                   session_audit& result) {
  static const std::vector<checked_film> none;
  for (auto& [id, camera] : books.cameras) {
    auto films = files.cameras.find(id);
    result.cameras[id] = audit_camera(
      camera, films == files.cameras.end() ? none : films->second, result.over);
  }
  for (auto& [id, films] : files.cameras)
    if (books.cameras.count(id) == 0)
      result.cameras[id] = audit_camera({}, films, result.over);
}

void audit_sensors(const manifest& books, const session_files& files,
                   session_audit& result) {
  static const std::vector<checked_readings> none;
  auto left = files.sensors;
  for (auto& [topic, figures] : books.sensors) {
    auto folder = topic_path(topic);
    auto readings = left.find(folder ? *folder : std::string{});
    result.sensors[topic] = audit_sensor(
      figures, readings == left.end() ? none : readings->second, result.over);
    if (readings != left.end())
      left.erase(readings);
  }
  for (auto& [folder, readings] : left)
    result.sensors[folder] = audit_sensor({}, readings, result.over);
}

} // namespace

bool session_audit::damaged() const {
  auto faulty = [](const auto& x) { return !x.faults.empty(); };
  return faulty(*this) || any_value(cameras, faulty)
         || any_value(sensors, faulty);
}

bool session_audit::lossy() const {
  auto poor = [](const auto& x) { return !x.losses.empty(); };
  return poor(*this) || any_value(cameras, poor) || any_value(sensors, poor);
}

session_audit audit_session(const std::string& name, const manifest& books,
                            const session_files& files) {
  session_audit result;
  result.manifest = name;
  result.state = books.state;
  result.session = books.session;
  result.over = !books.unfinished();
  result.moved = any_gone(files.cameras) || any_gone(files.sensors);
  if (books.state == "interrupted")
    result.losses.push_back("the session was interrupted: "
                            + books.interrupted);
  else if (result.over && books.state != "finished")
    result.faults.push_back(name + ": state \"" + books.state + '"');
  name_outages(books, result);
  audit_cameras(books, files, result);
  audit_sensors(books, files, result);
  return result;
}

} // namespace camnode
