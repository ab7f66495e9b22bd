#include "tools/camctl/verify/session_list.hpp"

#include "actors/base/data_lock.hpp"
#include "actors/base/input_file.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/file_owners.hpp"
#include "messages/error.hpp"
#include "tools/camctl/verify/piece_reader.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

struct found_session {
  std::string name;
  manifest books;
  session_files files;
  listed_session result;
};

class lister {
public:
  explicit lister(const fs::path& dir) : dir_(dir) {
  }

  caf::expected<session_listing> run() {
    // What a manifest calls complete is so when the folders are listed.
    read_manifests(list_manifests(dir_));
    for (auto& x : found_)
      owners_.add(x.books);
    result_.in_use = is_data_locked(dir_);
    auto listing = list_data(dir_);
    if (!listing)
      return std::move(listing.error());
    result_.foreign = listing->strangers.size();
    for (auto& [id, pieces] : listing->cameras)
      assign(id, pieces);
    for (auto& [folder, pieces] : listing->sensors)
      assign_readings(folder, pieces);
    for (auto& x : found_)
      result_.sessions.push_back(finish(x));
    return std::move(result_);
  }

private:
  void read_manifests(const std::vector<listed_file>& files) {
    std::mutex mutex;
    std::vector<std::function<void()>> jobs;
    for (auto& file : files)
      jobs.push_back([&] {
        std::string text;
        auto why = read_text(input_file{dir_ / file.name}, max_manifest_bytes,
                             text);
        auto books = [&]() -> caf::expected<manifest> {
          if (!why.empty())
            return caf::make_error(ec::open_failed, why);
          return parse_manifest(text);
        }();
        std::lock_guard<std::mutex> guard{mutex};
        if (!books)
          return result_.unreadable.push_back(
            file.name + ": " + books.error().context().get_as<std::string>(0));
        for (auto& [id, camera] : books->cameras)
          camera.clocks = {}; // There may be much of it.
        found_.push_back({file.name, std::move(*books), {}, {}});
      });
    run_all(jobs);
    std::sort(result_.unreadable.begin(), result_.unreadable.end());
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return std::pair{a.books.session.start_ms, a.name}
             < std::pair{b.books.session.start_ms, b.name};
    });
  }

  found_session* owner_of(const std::string& folder, const listed_piece& x) {
    auto owner = owners_.owner_of(folder, x);
    if (!owner) {
      for (auto* file : {&x.film, &x.index})
        result_.foreign += *file ? 1 : 0;
      return nullptr;
    }
    auto& result = found_[*owner];
    for (auto* file : {&x.film, &x.index})
      if (*file) {
        ++result.result.files;
        result.result.bytes += (*file)->size;
      }
    result.result.end_ms = std::max(
      {result.result.end_ms, x.start_ms, x.end_ms});
    return &result;
  }

  /// Takes each film for what its manifest says that it is.
  void assign(const std::string& id, const std::vector<listed_piece>& pieces) {
    for (auto& piece : pieces) {
      auto* to = owner_of("cam/" + id, piece);
      if (!to)
        continue;
      auto& x = to->files.cameras[id].emplace_back();
      x.listed = piece;
      x.growing = !to->books.over();
      auto camera = to->books.cameras.find(id);
      if (camera == to->books.cameras.end())
        continue;
      for (auto& told : camera->second.pieces)
        if (told.file == piece.stem) {
          x.facts.film_frames = told.frames;
          x.facts.film_bytes = told.bytes;
        }
    }
  }

  void assign_readings(const std::string& folder,
                       const std::vector<listed_piece>& pieces) {
    for (auto& piece : pieces)
      if (auto* to = owner_of(folder, piece))
        to->files.sensors[folder].emplace_back().listed = piece;
  }

  /// Takes the readings, of which the manifest says how many there are in all.
  static void take_rows(found_session& x) {
    for (auto& [topic, figures] : x.books.sensors) {
      auto folder = readings_folder(topic);
      auto files = x.files.sensors.find(folder ? *folder : std::string{});
      if (files == x.files.sensors.end())
        continue;
      auto& first = files->second.front();
      first.facts.rows = figures.written;
      first.facts.first_ms = first.facts.last_ms = first.listed.start_ms;
    }
  }

  listed_session finish(found_session& x) {
    take_rows(x);
    auto& result = x.result;
    result.audit = audit_session(x.name, x.books, x.files);
    if (x.books.session.stop_ms != 0)
      result.end_ms = x.books.session.stop_ms;
    result.end_ms = std::max(result.end_ms, x.books.session.start_ms);
    if (result.audit.damaged())
      result.verdict = "damage";
    else if (!result.audit.over)
      result.verdict = result_.in_use.value_or(true) ? "recording"
                                                     : "unfinished";
    else
      result.verdict = result.audit.lossy() ? "losses, all named" : "all there";
    return std::move(result);
  }

  const fs::path& dir_;
  std::vector<found_session> found_; ///< In the order of their starts.
  file_owners owners_;               ///< By their places in `found_`.
  session_listing result_;
};

} // namespace

caf::expected<session_listing> list_sessions(const fs::path& dir) {
  return lister{dir}.run();
}

} // namespace camnode
