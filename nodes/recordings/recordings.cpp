#include "nodes/recordings/recordings.hpp"

#include "messages/disk/frame_track.hpp"
#include "messages/disk/session_summary.hpp"
#include "messages/error.hpp"
#include "messages/frame.hpp"
#include "messages/wire/json_text.hpp"
#include "nodes/inspection/node_api.hpp"
#include "nodes/recordings/failure_page.hpp"
#include "nodes/recordings/file_check.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

/// One that a disk holds up leaves another one.
constexpr size_t disk_threads = 2;
constexpr size_t max_waiting = 16;

/// Of manifests, for one page of the list; the rest is on the next one.
constexpr size_t max_list_bytes = size_t{64} << 20;

/// The same of files that are looked for: 16 h of ten cameras.
constexpr size_t max_list_files = 20'000;

http_page page_of(json x) {
  return {200, "application/json", json_text(std::move(x), -1) + "\n"};
}

json not_there(const std::string& why) {
  return {{"file", nullptr}, {"why", why}};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string result;
  for (auto& x : lines)
    result += (result.empty() ? "" : "; ") + x;
  return result;
}

/// The entry of a manifest that cannot be read.
json failed_entry(int64_t start_ms, const std::string& name,
                  const caf::error& error) {
  return {{"session", start_ms},
          {"manifest", name},
          {"error", reason_of(error)}};
}

/// Of sorted pieces, those that can have the frame nearest to `ns`: the one
/// around it and its neighbours.
std::pair<size_t, size_t> around(const std::vector<recorded_piece>& pieces,
                                 int64_t ns) {
  auto after = std::find_if(pieces.begin(), pieces.end(), [&](auto& x) {
    return x.start_ms > ns / 1'000'000;
  });
  auto k = static_cast<size_t>(after - pieces.begin());
  return {k - std::min<size_t>(k, 2), std::min(k + 1, pieces.size())};
}

json place_json(const index_row& x, const std::string& file, int64_t ns) {
  json result{{"file", file}, {"frame", x.frame}};
  auto is_numbered = (x.flags & frame::rebuilt) == 0;
  result["sequence"] = is_numbered ? json(x.sequence) : json(nullptr);
  result["epoch"] = is_numbered ? json(x.epoch) : json(nullptr);
  result["capture_ns"] = x.capture_ns;
  auto error_ns = time_error_ns(x);
  result["error_ns"] = error_ns ? json(*error_ns) : json(nullptr);
  result["dt_ns"] = x.capture_ns - ns;
  return result;
}

} // namespace

recordings::recordings(const std::filesystem::path& dir, open_files open)
  : data_(dir),
    open_(std::move(open)),
    pool_(std::make_unique<job_pool>(disk_threads, max_waiting)) {
}

http_page
recordings::answer(std::function<http_page(const recordings&)> find) const {
  return answer_later(*pool_, [me = shared_from_this(),
                               find = std::move(find)] { return find(*me); });
}

json recordings::entry_of(const read_manifest& x, size_t& files) const {
  auto seen = look_for_files(data_, x.books, max_list_files);
  files += seen.looked_for;
  return summary_of(x.books, x.name, seen);
}

http_page recordings::list(int64_t before_ms, size_t limit) const {
  auto names = data_.manifests();
  if (!names)
    return failure_page(names.error());
  auto sessions = json::array();
  int64_t last_ms = 0;
  json next_before;
  size_t bytes = 0;
  size_t files = 0;
  std::reverse_iterator i{names->lower_bound(before_ms)};
  for (; i != names->rend(); ++i) {
    auto& [start_ms, name] = *i;
    auto is_full = sessions.size() >= limit || bytes > max_list_bytes
                   || files >= max_list_files;
    if (is_full && start_ms != last_ms) {
      next_before = last_ms;
      break;
    }
    last_ms = start_ms;
    auto x = data_.read(name);
    if (x)
      bytes += x->text.size();
    sessions.push_back(x ? entry_of(*x, files)
                         : failed_entry(start_ms, name, x.error()));
  }
  return page_of({{"sessions", sessions}, {"next_before", next_before}});
}

http_page recordings::session(int64_t start_ms) const {
  auto x = data_.find(start_ms);
  if (!x)
    return failure_page(x.error());
  size_t files = 0;
  auto listed = json_text(entry_of(*x, files), -1);
  // As it is: later versions may have more in it than is known here.
  return {200, "application/json",
          "{\"listed\": " + listed + ",\n\"manifest\": " + x->text + "}\n"};
}

uint64_t recordings::frames_shown(const std::string& id,
                                  const recorded_piece& x) const {
  constexpr auto all = std::numeric_limits<uint64_t>::max();
  return x.end_ms != 0 ? all
                       : open_.durable_frames(id, x.start_ms).value_or(all);
}

nlohmann::ordered_json
recordings::nearest(int64_t start_ms, const std::string& id,
                    const std::vector<recorded_piece>& pieces,
                    int64_t ns) const {
  auto [first, end] = around(pieces, ns);
  std::vector<track_file> files;
  for (auto i = first; i < end; ++i)
    files.push_back(
      {data_.stem_of(id, pieces[i]), frames_shown(id, pieces[i])});
  frame_track track{"cam/" + id, std::move(files), [this](const auto& path) {
                      auto file = data_.open(path.string());
                      if (file.size <= max_index_shown)
                        return std::move(file.fd);
                      errno = EFBIG;
                      return unique_fd{};
                    }};
  auto x = track.nearest(ns);
  auto trouble = joined(track.faults());
  if (!x)
    return not_there(trouble.empty() ? "none of its frames is on the disk"
                                     : trouble);
  auto result = place_json(x->row, "cam/" + id + "/" + x->film, ns);
  auto n = x->row.frame;
  for (size_t i = 0; i < first + x->file; ++i)
    add_bounded(n, pieces[i].frames);
  result["n"] = n;
  result["picture"] = "/api/v1/sessions/" + std::to_string(start_ms)
                      + "/cameras/" + id + "/frames/" + std::to_string(n)
                      + ".jpg";
  if (!trouble.empty())
    result["why"] = trouble;
  return result;
}

http_page recordings::at(int64_t start_ms, int64_t ns) const {
  auto x = data_.find(start_ms);
  if (!x)
    return failure_page(x.error());
  auto cameras = json::object();
  for (auto& [id, camera] : x->books.cameras)
    cameras[id] = nearest(start_ms, id, in_order(camera.pieces), ns);
  return page_of({{"session", start_ms}, {"ns", ns}, {"cameras", cameras}});
}

} // namespace camnode
