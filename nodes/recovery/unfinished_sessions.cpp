#include "nodes/recovery/unfinished_sessions.hpp"

#include "actors/base/input_file.hpp"
#include "actors/base/log.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"
#include "nodes/recovery/session_head.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <limits>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr auto who = "recovery";

caf::expected<manifest> read_books(const session_head& x) {
  std::string text;
  auto why = read_text(input_file{x.path}, max_manifest_bytes, text);
  if (!why.empty())
    return caf::make_error(ec::open_failed, why);
  try {
    return parse_manifest(text);
  } catch (const std::exception& e) { // Memory is short.
    return caf::make_error(ec::open_failed, std::string{e.what()});
  }
}

/// Tells `x` what it has to know of the other sessions.
void look_around(unfinished_session& x, const std::vector<session_head>& all) {
  auto start_ms = x.books.session.start_ms;
  x.ours = files_of(x.books);
  auto stop_ms = x.books.session.stop_ms;
  x.end_ms = stop_ms != 0 ? stop_ms : std::numeric_limits<int64_t>::max();
  for (auto& other : all) {
    if (other.path == x.path || !other.ours)
      continue;
    if (!other.over && other.start_ms > start_ms)
      x.later.push_back({other.start_ms, other.stop_ms});
    if (other.is_after(x.books)) {
      x.newest = false;
      if (other.start_ms > start_ms)
        x.end_ms = std::min(x.end_ms, other.start_ms);
    }
    // Only where UTC was set back do times leave any doubt.
    auto overlaps = other.start_ms > start_ms || other.stop_ms > start_ms
                    || other.stop_ms == 0;
    if (!overlaps || other.size > max_manifest_bytes)
      continue;
    if (auto books = read_books(other))
      x.others.merge(files_of(*books));
  }
}

} // namespace

bool unfinished_session::owns(const std::string& folder,
                              const listed_piece& x) const {
  if (x.end_ms == 0 || lists(ours, folder, x))
    return x.end_ms != 0;
  auto is_later = std::any_of(later.begin(), later.end(), [&](auto& y) {
    return x.start_ms >= y.start_ms
           && (y.stop_ms == 0 || x.start_ms < y.stop_ms);
  });
  return x.start_ms >= books.session.start_ms && x.start_ms < end_ms
         && !is_later && !lists(others, folder, x);
}

server_info unfinished_session::server(const std::string& id) const {
  auto i = books.cameras.find(id);
  if (i != books.cameras.end())
    return i->second.server;
  server_info result;
  result.id = id;
  return result;
}

std::map<std::string, uint32_t> unfinished_session::restarts() const {
  std::map<std::string, uint32_t> result;
  for (auto& [id, camera] : books.cameras)
    for (auto& [actor, n] : camera.restarts)
      result[actor + "/" + id] = n;
  return result;
}

file_owners find_owners(const std::vector<session_head>& all,
                        const std::set<int64_t>& starts_ms) {
  file_owners result;
  for (auto& x : all) {
    auto first = starts_ms.lower_bound(x.begin_ms());
    auto may_say = x.ours && first != starts_ms.end() && *first < x.end_ms();
    if (!may_say || x.size > max_manifest_bytes)
      continue;
    if (auto books = read_books(x)) // Else it is told of later.
      result.add(*books);
  }
  return result;
}

std::vector<unfinished_session>
find_unfinished_sessions(const std::vector<session_head>& all) {
  std::vector<unfinished_session> result;
  for (auto& x : all) {
    if (x.over || !(x.ours || is_manifest_name(x.path.filename().string())))
      continue;
    if (x.size > max_manifest_bytes) {
      log_warning(who, x.path.string(), ": too large to read; left alone");
      continue;
    }
    auto books = read_books(x);
    if (!books)
      log_warning(who, x.path.string(), ": ", describe(books.error()),
                  "; left alone");
    else if (!books->over()) {
      result.emplace_back();
      result.back().path = x.path;
      result.back().books = std::move(*books);
    }
  }
  for (auto& x : result)
    look_around(x, all);
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return a.books.session.start_ms < b.books.session.start_ms;
  });
  return result;
}

} // namespace camnode
