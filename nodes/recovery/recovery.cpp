#include "nodes/recovery/recovery.hpp"

#include "actors/recorder/segment_check.hpp"
#include "actors/sensor_log/sensor_check.hpp"
#include "actors/sensor_log/topic_path.hpp"
#include "actors/session/session_report.hpp"
#include "actors/shared/file_ops.hpp"
#include "actors/shared/log.hpp"
#include "actors/shared/segment_schedule.hpp"
#include "messages/error.hpp"
#include "nodes/recovery/camera_books.hpp"
#include "nodes/recovery/file_repairs.hpp"
#include "nodes/verify/data_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr auto who = "recovery";

std::string content_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Whether the manifest that begins with `head` is surely complete: spares
/// reading all of those that there ever were.
bool is_closed(std::string_view head) {
  return head.find("\"state\": \"finished\"") != head.npos
         || head.find("\"state\": \"interrupted\"") != head.npos;
}

std::string head_of(const fs::path& path) {
  std::string result(2048, '\0');
  std::ifstream in{path, std::ios::binary};
  in.read(result.data(), static_cast<std::streamsize>(result.size()));
  result.resize(static_cast<size_t>(in.gcount()));
  return result;
}

/// The number behind `"name": ` in the beginning of a manifest; 0 without.
int64_t number_in(std::string_view head, const std::string& name) {
  auto at = head.find("\"" + name + "\": ");
  return at == head.npos
           ? 0
           : std::atoll(
             std::string{head.substr(at + name.size() + 4, 20)}.c_str());
}

/// A file of a recording: its folder, and its name without extension.
using file_key = std::pair<std::string, std::string>;

std::set<file_key> files_of(const manifest& x) {
  std::set<file_key> result;
  for (auto& [id, camera] : x.cameras)
    for (auto& segment : camera.segments)
      result.emplace("cam/" + id, segment.file);
  for (auto& [topic, sensor] : x.sensors)
    if (auto folder = topic_path(topic))
      for (auto& file : sensor.files)
        result.emplace("sensors/" + *folder, file);
  return result;
}

/// One session that was not completed.
struct open_session {
  fs::path path; ///< Of its manifest.
  manifest books;
  int64_t end_ms = 0;        ///< Where the next session began, UTC ms.
  bool newest = true;        ///< None has begun since.
  std::set<file_key> ours;   ///< What it lists.
  std::set<file_key> others; ///< What others list that its times would take.
};

/// What is to be known of any session.
struct session_head {
  fs::path path;
  uint64_t size = 0;
  int64_t start_ms = 0;
  int64_t stop_ms = 0;
  int64_t anchor_ns = 0; ///< Of the machine's clock, in the run `boot_id`.
  std::string boot_id;
  bool closed = false;

  /// Whether it began after `x`, however UTC was set.
  bool is_after(const manifest& x) const {
    if (!x.boot_id.empty() && boot_id == x.boot_id)
      return anchor_ns > x.session.anchor_mono_ns;
    return start_ms > x.session.start_ms;
  }
};

session_head read_head(const fs::path& path, uint64_t size) {
  auto text = head_of(path);
  session_head result;
  result.path = path;
  result.size = size;
  result.start_ms = std::atoll(path.filename().c_str());
  result.stop_ms = number_in(text, "stop_ms");
  result.anchor_ns = number_in(text, "anchor_monotonic_ns");
  auto at = text.find("\"boot_id\": \"");
  if (at != text.npos)
    result.boot_id = text.substr(at + 12, text.find('"', at + 12) - at - 12);
  result.closed = is_closed(text);
  return result;
}

/// Tells `x` what it has to know of the other sessions.
void look_around(open_session& x, const std::vector<session_head>& all) {
  auto start_ms = x.books.session.start_ms;
  x.ours = files_of(x.books);
  x.end_ms = std::numeric_limits<int64_t>::max();
  for (auto& other : all) {
    if (other.path == x.path)
      continue;
    if (other.is_after(x.books)) {
      x.newest = false;
      if (other.start_ms > start_ms)
        x.end_ms = std::min(x.end_ms, other.start_ms);
    }
    // Only where UTC was set back do times leave any doubt.
    auto overlaps = other.start_ms > start_ms || other.stop_ms > start_ms;
    if (!overlaps || other.size > max_manifest_bytes)
      continue;
    if (auto books = parse_manifest(content_of(other.path)))
      x.others.merge(files_of(*books));
  }
}

/// The open sessions, in the order of their starts.
std::vector<open_session> find_open_sessions(const data_listing& listing,
                                             const fs::path& dir) {
  std::vector<open_session> result;
  std::vector<session_head> all;
  for (auto& file : listing.manifests)
    all.push_back(read_head(dir / file.name, file.size));
  for (auto& x : all) {
    if (x.closed)
      continue;
    if (x.size > max_manifest_bytes) {
      log_warning(who, x.path.string(), ": too large to read; left alone");
      continue;
    }
    auto books = parse_manifest(content_of(x.path));
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

/// Rebuilds the books of one session from its files.
class session_rebuilder {
public:
  session_rebuilder(const open_session& x, const data_listing& listing,
                    fs::path dir)
    : x_(x), listing_(listing), dir_(std::move(dir)) {
  }

  std::map<std::string, camera_books> cameras() {
    std::map<std::string, camera_books> result;
    static const manifest_camera unknown;
    for (auto& [id, told] : x_.books.cameras)
      result[id] = camera(id, told);
    for (auto& [id, pieces] : listing_.cameras)
      if (result.count(id) == 0 && has_ours("cam/" + id, pieces))
        result[id] = camera(id, unknown);
    return result;
  }

  sensor_board::topics sensors() {
    auto result = x_.books.sensors;
    for (auto& [topic, books] : result) {
      auto folder = topic_path(topic);
      auto pieces = folder ? listing_.sensors.find(*folder)
                           : listing_.sensors.end();
      recount(books, folder ? *folder : std::string{},
              pieces == listing_.sensors.end() ? none_ : pieces->second);
    }
    for (auto& [folder, pieces] : listing_.sensors)
      if (has_ours("sensors/" + folder, pieces)
          && result.count(topic_of(folder)) == 0)
        recount(result[topic_of(folder)], folder, pieces);
    return result;
  }

private:
  /// What a manifest lists is its session's; the rest goes by its time.
  bool is_ours(const std::string& folder, const listed_piece& x) const {
    auto listed_in = [&](const std::set<file_key>& files) {
      return files.count({folder, x.stem}) > 0
             || files.count({folder, std::to_string(x.start_ms)}) > 0;
    };
    if (x.end_ms == 0 || listed_in(x_.ours))
      return x.end_ms != 0;
    return x.start_ms >= x_.books.session.start_ms && x.start_ms < x_.end_ms
           && !listed_in(x_.others);
  }

  bool has_ours(const std::string& folder,
                const std::vector<listed_piece>& pieces) const {
    return std::any_of(pieces.begin(), pieces.end(),
                       [&](const auto& x) { return is_ours(folder, x); });
  }

  camera_books camera(const std::string& id, const manifest_camera& told) {
    std::vector<found_segment> found;
    auto pieces = listing_.cameras.find(id);
    if (pieces != listing_.cameras.end())
      for (auto& x : pieces->second)
        if (is_ours("cam/" + id, x) && x.film && x.index)
          found.push_back({x.start_ms, x.end_ms, x.stem,
                           read_index(content_of(dir_ / x.index->name))});
    return rebuild_books(x_.books.session, told, found);
  }

  void recount(topic_figures& books, const std::string& folder,
               const std::vector<listed_piece>& pieces) {
    auto& session = x_.books.session;
    segment_schedule schedule{session.start_ms, session.segment_ms};
    books.files.clear();
    books.written = 0;
    for (auto& x : pieces) {
      if (!is_ours("sensors/" + folder, x))
        continue;
      sensor_check reader;
      reader.feed(content_of(dir_ / x.index->name));
      books.files.push_back(x.stem);
      books.written += reader.finish().rows;
      books.has_file = true;
      if (auto span = schedule.at(x.start_ms))
        books.last_index = span->index;
    }
    books.durable = books.written;
    books.received = books.written;
    for (auto& [reason, n] : books.rejected)
      books.received += n;
  }

  const open_session& x_;
  const data_listing& listing_;
  const fs::path dir_;
  const std::vector<listed_piece> none_;
};

recording_ledger_ptr ledger_of(camera_books x) {
  auto result = std::make_shared<recording_ledger>();
  result->restore(std::move(x.figures), std::move(x.segments),
                  std::move(x.losses), std::move(x.breaks));
  return result;
}

server_info server_of(const open_session& x, const std::string& id) {
  auto i = x.books.cameras.find(id);
  if (i != x.books.cameras.end())
    return i->second.server;
  server_info result;
  result.id = id;
  return result;
}

std::vector<clock_record> clocks_of(const open_session& x,
                                    const std::string& id) {
  auto i = x.books.cameras.find(id);
  return i == x.books.cameras.end() ? std::vector<clock_record>{}
                                    : i->second.clocks;
}

viewer_board_ptr viewer_of(const open_session& x, const std::string& id) {
  auto result = std::make_shared<viewer_board>();
  auto i = x.books.cameras.find(id);
  result->clocks().restore(clocks_of(x, id));
  if (i != x.books.cameras.end())
    result->update([&](viewer_figures& f) {
      f.legacy = i->second.server.legacy;
      f.connections = i->second.connections;
      f.clocked = i->second.clock.has_value();
      f.clock = i->second.clock.value_or(clock_estimate{});
    });
  return result;
}

std::map<std::string, uint32_t> restarts_of(const open_session& x) {
  std::map<std::string, uint32_t> result;
  for (auto& [id, camera] : x.books.cameras)
    for (auto& [actor, n] : camera.restarts)
      result[actor + "/" + id] = n;
  return result;
}

/// Where the last thing in a session ends.
int64_t end_of(const session_info& session,
               const std::map<std::string, camera_books>& cameras,
               const sensor_board::topics& sensors) {
  auto result = session.start_ms + 1;
  for (auto& [id, x] : cameras)
    for (auto& segment : x.segments)
      result = std::max(result, segment.end_ms);
  for (auto& [topic, x] : sensors)
    for (auto& file : x.files)
      if (auto name = parse_segment_name(file + ".csv"))
        result = std::max(result, name->end_ms);
  return result;
}

/// Closes a session that cannot go on, in its manifest.
void interrupt(open_session& x, session_rebuilder& rebuilder,
               const std::string& why) {
  auto cameras = rebuilder.cameras();
  session_view view;
  view.client = x.books.client;
  view.version = x.books.version;
  view.state = "interrupted";
  view.interrupted = why;
  view.boot_id = x.books.boot_id;
  view.resumed_ms = x.books.resumed_ms;
  view.session = x.books.session;
  view.sensors = rebuilder.sensors();
  view.outages = x.books.outages;
  view.restarts = restarts_of(x);
  if (view.session.stop_ms == 0)
    view.session.stop_ms = end_of(view.session, cameras, view.sensors);
  uint64_t frames = 0;
  for (auto& [id, books] : cameras) {
    fleet_member camera;
    camera.server = server_of(x, id);
    camera.viewer = viewer_of(x, id);
    frames += books.figures.written;
    camera.ledger = ledger_of(std::move(books));
    if (camera.ledger->look().last)
      camera.ledger->end_unknown();
    view.cameras.push_back(std::move(camera));
  }
  auto err = replace_file_synced(x.path, render_manifest(view));
  if (err)
    return log_error(who, "cannot close session ", view.session.start_ms, ": ",
                     describe(err));
  log_warning(who, "session ", view.session.start_ms,
              " is closed as interrupted: ", why, "; ", cameras.size(),
              " cameras, ", frames, " frames");
}

/// A legacy server numbers nothing: what it sent meanwhile is unknown.
void note_absence(const server_info& server, recording_ledger& ledger,
                  int64_t now_ns) {
  auto last = ledger.look().last;
  if (last && last->epoch == 0 && server.legacy)
    ledger.run_ended(*last, now_ns);
}

/// Readings from a little before the last thing on disk until the broker is
/// back are unknown, if there are sensors at all.
std::vector<broker_outage> outages_of(const open_session& x, int64_t last_ns,
                                      const sensor_board::topics& sensors) {
  auto result = x.books.outages;
  auto lasts = !result.empty() && result.back().to_ns == 0;
  if (lasts || (sensors.empty() && result.empty()))
    return result;
  auto from_ms = std::max(x.books.session.start_ms,
                          last_ns / 1'000'000 - 1'000);
  result.push_back({x.books.session.client_ns(from_ms), 0});
  return result;
}

resumed_session resume(const open_session& x, session_rebuilder& rebuilder,
                       int64_t now_ns) {
  resumed_session result;
  result.session = x.books.session;
  result.resumed_ms = x.books.resumed_ms;
  result.restarts = restarts_of(x);
  result.sensors = rebuilder.sensors();
  auto session_ns = result.session.session_ns(now_ns);
  result.resumed_ms.push_back(session_ns / 1'000'000);
  auto last_ns = result.session.start_ms * 1'000'000;
  uint64_t frames = 0;
  auto cameras = rebuilder.cameras();
  auto sure_ns = end_of(result.session, {}, result.sensors) * 1'000'000;
  for (auto& [id, books] : cameras) {
    frames += books.figures.written;
    last_ns = std::max(last_ns, books.figures.last_capture_ns);
    auto server = server_of(x, id);
    auto ledger = ledger_of(books);
    note_absence(server, *ledger, session_ns);
    result.cameras.push_back(
      {std::move(server), std::move(ledger), clocks_of(x, id)});
  }
  result.outages = outages_of(x, std::max(sure_ns, last_ns), result.sensors);
  // It was due while nobody was there.
  auto& s = result.session;
  if (s.stop_ms == 0 && s.due_ms != 0 && s.due_ms * 1'000'000 <= session_ns)
    s.stop_ms = s.due_ms;
  log_warning(who, "session ", s.start_ms, " goes on, ",
              (session_ns - last_ns) / 1'000'000, " ms behind its last frame; ",
              result.cameras.size(), " cameras, ", frames, " frames so far",
              s.stop_ms == 0 ? "" : "; it is over already");
  return result;
}

/// @returns Why `x` cannot go on; empty: it can.
std::string why_not(const open_session& x, const recovery_options& options,
                    int64_t now_ns) {
  if (!x.newest)
    return "another session was begun since";
  if (!options.resume)
    return "the client was ended (record.resume=false)";
  if (x.books.boot_id.empty() || x.books.boot_id != options.boot_id
      || x.books.session.anchor_mono_ns > now_ns)
    return "the machine was started anew, and its clock with it";
  return {};
}

} // namespace

std::optional<resumed_session> recover(const recovery_options& options) {
  repair_files(options.dir);
  auto listing = list_data(options.dir);
  if (!listing)
    return std::nullopt;
  auto sessions = find_open_sessions(*listing, options.dir);
  std::optional<resumed_session> result;
  for (auto& x : sessions) {
    session_rebuilder rebuilder{x, *listing, options.dir};
    auto now_ns = options.clock();
    auto why = why_not(x, options, now_ns);
    if (why.empty())
      result = resume(x, rebuilder, now_ns);
    else
      interrupt(x, rebuilder, why);
  }
  return result;
}

std::string read_boot_id() {
  std::ifstream in{"/proc/sys/kernel/random/boot_id"};
  std::string result;
  std::getline(in, result);
  return result;
}

} // namespace camnode
