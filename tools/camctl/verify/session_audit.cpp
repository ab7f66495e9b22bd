#include "tools/camctl/verify/session_audit.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/when.hpp"

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
  auto time_of = [&](int64_t client_ns) {
    return time_text(s.session_ns(client_ns), s.start_ms * 1'000'000);
  };
  for (auto& x : books.outages) {
    auto why = x.filter.empty()
                 ? std::string{"there was no connection to the broker"}
                 : x.why;
    result.losses.push_back("readings from " + time_of(x.from_ns) + " to "
                            + (x.to_ns == 0 ? "the end" : time_of(x.to_ns))
                            + " are unknown: " + why);
  }
}

void audit_cameras(const manifest& books, const session_files& files,
                   session_audit& result) {
  static const std::vector<checked_piece> none;
  auto near_ns = books.session.start_ms * 1'000'000;
  for (auto& [id, camera] : books.cameras) {
    auto pieces = files.cameras.find(id);
    result.cameras[id] = audit_camera(camera,
                                      pieces == files.cameras.end()
                                        ? none
                                        : pieces->second,
                                      result.over, near_ns);
  }
  for (auto& [id, pieces] : files.cameras)
    if (books.cameras.count(id) == 0)
      result.cameras[id] = audit_camera({}, pieces, result.over, near_ns);
}

void audit_sensors(const manifest& books, const session_files& files,
                   session_audit& result) {
  static const std::vector<checked_readings> none;
  auto left = files.sensors;
  for (auto& [topic, figures] : books.sensors) {
    auto folder = readings_folder(topic);
    auto readings = left.find(folder ? *folder : std::string{});
    result.sensors[topic] = audit_sensor(
      figures, readings == left.end() ? none : readings->second, result.over);
    if (readings != left.end())
      left.erase(readings);
  }
  for (auto& [folder, readings] : left)
    result.sensors[topic_in(folder)] = audit_sensor({}, readings, result.over);
}

/// Whether not one frame or reading of it is there.
bool is_empty(const session_audit& x) {
  return !any_value(x.cameras, [](const auto& y) {
    return y.frames + y.recorded > 0;
  }) && !any_value(x.sensors, [](const auto& y) { return y.rows > 0; });
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
  result.over = books.over();
  result.moved = any_gone(files.cameras) || any_gone(files.sensors);
  if (books.state == "interrupted")
    result.losses.push_back("the session was interrupted: "
                            + books.interrupted);
  else if (result.over && books.state != "finished")
    result.faults.push_back(name + ": state \"" + books.state + '"');
  name_outages(books, result);
  audit_cameras(books, files, result);
  audit_sensors(books, files, result);
  if (result.over && is_empty(result))
    result.losses.push_back("nothing was recorded: "
                            + std::string{result.cameras.empty()
                                            ? "no camera was known"
                                            : "no camera gave a frame"}
                            + ", and no sensor a reading");
  return result;
}

} // namespace camnode
