#include "nodes/recovery/open_sessions.hpp"

#include "actors/session/manifest_view.hpp"
#include "actors/shared/log.hpp"
#include "messages/error.hpp"
#include "nodes/recovery/session_head.hpp"
#include "nodes/verify/input_file.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <limits>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr auto who = "recovery";

std::string head_of(const fs::path& path) {
  input_file file{path};
  std::string result(std::min<uint64_t>(session_head::text_size, file.size()),
                     '\0');
  if (!file.read(0, reinterpret_cast<uint8_t*>(result.data()), result.size()))
    result.clear();
  return result;
}

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
void look_around(open_session& x, const std::vector<session_head>& all) {
  auto start_ms = x.books.session.start_ms;
  x.ours = files_of(x.books);
  auto stop_ms = x.books.session.stop_ms;
  x.end_ms = stop_ms != 0 ? stop_ms : std::numeric_limits<int64_t>::max();
  for (auto& other : all) {
    if (other.path == x.path)
      continue;
    if (!other.closed && other.start_ms > start_ms)
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

bool open_session::owns(const std::string& folder,
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

server_info open_session::server(const std::string& id) const {
  auto i = books.cameras.find(id);
  if (i != books.cameras.end())
    return i->second.server;
  server_info result;
  result.id = id;
  return result;
}

viewer_board_ptr open_session::viewer(const std::string& id) const {
  auto i = books.cameras.find(id);
  return i == books.cameras.end() ? std::make_shared<viewer_board>()
                                  : viewer_of(i->second);
}

std::map<std::string, uint32_t> open_session::restarts() const {
  std::map<std::string, uint32_t> result;
  for (auto& [id, camera] : books.cameras)
    for (auto& [actor, n] : camera.restarts)
      result[actor + "/" + id] = n;
  return result;
}

std::vector<open_session> find_open_sessions(const data_listing& listing,
                                             const fs::path& dir) {
  std::vector<open_session> result;
  std::vector<session_head> all;
  for (auto& file : listing.manifests)
    all.push_back(
      read_head(dir / file.name, file.size, head_of(dir / file.name)));
  for (auto& x : all) {
    if (x.closed)
      continue;
    if (x.size > max_manifest_bytes) {
      log_warning(who, x.path.string(), ": too large to read; left alone");
      continue;
    }
    auto books = read_books(x);
    if (!books)
      log_warning(who, x.path.string(), ": ", describe(books.error()),
                  "; left alone");
    else if (books->unfinished()) {
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
