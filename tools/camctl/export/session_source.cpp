#include "tools/camctl/export/session_source.hpp"

#include "actors/base/data_lock.hpp"
#include "messages/error.hpp"
#include "messages/when.hpp"
#include "tools/camctl/verify/audit.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr int64_t ns_per_ms = 1'000'000;

caf::error refusal(const std::string& why) {
  return caf::make_error(ec::open_failed, why);
}

std::string name_of(const session_source& x) {
  return "session " + fs::path{x.session.file}.stem().string() + " in "
         + x.dir.string();
}

/// Why a session that is not over is not exported.
std::string not_over(const session_source& x) {
  auto in_use = is_data_locked(x.dir);
  return name_of(x)
         + (in_use.value_or(true)
              ? " is still recorded: stop it, and export it then"
              : " is unfinished, and no client has this folder: start the "
                "client again, which repairs it");
}

/// Whether two sessions were recorded at the same time.
bool overlap(const session_info& x, const session_info& y) {
  auto is_before = [](const session_info& a, const session_info& b) {
    return a.stop_ms != 0 && a.stop_ms <= b.start_ms;
  };
  return !is_before(x, y) && !is_before(y, x);
}

template <class List, class F>
void keep_if(List& list, F wanted) {
  list.erase(std::remove_if(list.begin(), list.end(),
                            [&](auto& x) { return !wanted(x); }),
             list.end());
}

} // namespace

caf::expected<std::vector<session_source>>
find_sources(const std::vector<fs::path>& dirs, const std::string& wanted) {
  std::vector<session_source> result;
  for (auto& dir : dirs) {
    auto found = find_session(dir, wanted);
    if (!found)
      return std::move(found.error());
    session_source x{dir, std::move(*found), {}};
    if (!x.session.books.over())
      return refusal(not_over(x));
    if (!result.empty()) {
      auto& first = result.front();
      auto& a = first.session.books;
      auto& b = x.session.books;
      if (!overlap(a.session, b.session))
        return refusal(name_of(x) + " is not that in " + first.dir.string()
                       + ": they were recorded at different times");
      x.ahead = lead_of(b, a);
    }
    result.push_back(std::move(x));
  }
  return result;
}

std::map<std::string, std::vector<source_folder>>
camera_folders(const std::vector<session_source>& sources) {
  std::map<std::string, std::vector<source_folder>> result;
  for (auto& x : sources)
    for (auto& [id, camera] : x.session.books.cameras)
      result[id].push_back({x.dir / "cam" / id, camera.pieces, x.ahead});
  return result;
}

reading_sources reading_folders(const std::vector<session_source>& sources) {
  reading_sources result;
  for (auto& x : sources)
    for (auto& [topic, figures] : x.session.books.sensors) {
      auto& best = result[topic];
      if (best.dir.empty() || figures.written > best.books.written)
        best = {x.dir, figures, x.ahead};
    }
  return result;
}

std::vector<std::string>
readings_left_out(const std::vector<session_source>& sources) {
  std::vector<std::string> result;
  for (auto& [topic, taken] : reading_folders(sources)) {
    std::string others;
    for (auto& x : sources) {
      auto& sensors = x.session.books.sensors;
      auto found = sensors.find(topic);
      if (x.dir == taken.dir || found == sensors.end()
          || found->second.written == 0)
        continue;
      others += (others.empty() ? "; " : ", ")
                + std::to_string(found->second.written) + " of "
                + x.dir.string();
    }
    if (!others.empty())
      result.push_back(topic + ": " + count_text(taken.books.written, "reading")
                       + " of " + taken.dir.string() + others
                       + " are not exported");
  }
  return result;
}

std::vector<std::string>
named_losses(const std::vector<session_source>& sources, const std::string& id,
             const camera_source& there, const time_cut& cut) {
  std::vector<std::string> result;
  for (auto& x : sources) {
    auto found = x.session.books.cameras.find(id);
    if (found == x.session.books.cameras.end())
      continue;
    auto books = found->second;
    auto in_cut = [&](int64_t ns) {
      return ns == 0 || cut.has(ns - x.ahead.at(ns).ns);
    };
    keep_if(books.losses, [&](auto& y) {
      return in_cut(y.before_ns) && !there.has_all({y.epoch, y.first, y.last});
    });
    keep_if(books.breaks, [&](auto& y) { return in_cut(y.before_ns); });
    keep_if(books.absences, [&](auto& y) {
      return y.from_ns < cut.to_ns && (y.to_ns == 0 || y.to_ns > cut.from_ns);
    });
    auto near_ns = x.session.books.session.start_ms * ns_per_ms;
    auto words = audit_camera(books, {}, true, near_ns).losses;
    result.insert(result.end(), words.begin(), words.end());
  }
  return result;
}

} // namespace camnode
