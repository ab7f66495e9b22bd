#include "nodes/verify/verify.hpp"

#include "actors/sensor_log/topic_path.hpp"
#include "actors/shared/file_ops.hpp"
#include "messages/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// The largest index that is read: ten million frames.
constexpr uint64_t max_index_bytes = uint64_t{2} << 30;

constexpr size_t piece_bytes = size_t{1} << 20;

/// A file to read from. Whatever happens to the file meanwhile, a read that
/// fails says so.
class input_file {
public:
  explicit input_file(const fs::path& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat info;
    if (!fd_ || ::fstat(fd_.get(), &info) != 0)
      fault_ = std::strerror(errno);
    else if (!S_ISREG(info.st_mode))
      fault_ = "is no file";
    else
      size_ = static_cast<uint64_t>(info.st_size);
    if (fault_.empty())
      posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }

  /// Why it cannot be read; empty: it can.
  const std::string& fault() const {
    return fault_;
  }

  uint64_t size() const {
    return size_;
  }

  bool read(uint64_t offset, uint8_t* out, size_t size) const {
    return read_at(fd_.get(), offset, out, size);
  }

private:
  unique_fd fd_;
  uint64_t size_ = 0;
  std::string fault_;
};

/// Reads a whole file of at most `limit` bytes.
/// @returns What is wrong, empty if nothing is.
std::string read_text(const fs::path& path, uint64_t limit, std::string& out) {
  input_file file{path};
  if (!file.fault().empty())
    return "cannot be read: " + file.fault();
  if (file.size() > limit)
    return "is too large: " + std::to_string(file.size()) + " bytes";
  out.resize(file.size());
  if (!file.read(0, reinterpret_cast<uint8_t*>(out.data()), out.size()))
    return "cannot be read to its end";
  return {};
}

/// Calls `jobs` on all cores.
void run_all(std::vector<std::function<void()>>& jobs) {
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i; (i = next++) < jobs.size();)
      jobs[i]();
  };
  std::vector<std::thread> helpers;
  auto cores = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 1; i < cores && i < jobs.size(); ++i)
    helpers.emplace_back(work);
  work();
  for (auto& x : helpers)
    x.join();
}

class verifier {
public:
  explicit verifier(const verify_options& options) : options_(options) {
  }

  caf::expected<data_audit> run() {
    auto listing = list_data(options_.dir);
    if (!listing)
      return std::move(listing.error());
    if (listing->cameras.empty() && listing->sensors.empty()
        && listing->manifests.empty() && listing->faults.empty())
      return caf::make_error(ec::open_failed,
                             options_.dir.string()
                               + ": there is no recording in it: want a "
                                 "data.dir, with sessions/ and cam/");
    result_.faults = std::move(listing->faults);
    result_.strangers = std::move(listing->strangers);
    read_manifests(listing->manifests);
    if (!options_.session.empty()
        && std::none_of(found_.begin(), found_.end(),
                        [](const auto& x) { return x.wanted; }))
      return caf::make_error(ec::open_failed, "there is no session "
                                                + options_.session + " in "
                                                + options_.dir.string());
    for (auto& [id, pieces] : listing->cameras)
      for (auto& piece : pieces)
        assign_film(id, piece);
    for (auto& [folder, pieces] : listing->sensors)
      for (auto& piece : pieces)
        assign_readings(folder, piece);
    run_all(jobs_);
    for (auto& x : found_)
      if (x.wanted)
        audit(x);
    return std::move(result_);
  }

private:
  struct session_files {
    std::string name; ///< Of the manifest's file.
    bool wanted = false;
    manifest books;
    std::map<std::string, std::vector<checked_film>> cameras;
    std::map<std::string, std::vector<checked_readings>>
      sensors; ///< By folder.
  };

  void read_manifests(const std::vector<listed_file>& files) {
    for (auto& file : files) {
      std::string text;
      auto why = read_text(options_.dir / file.name, max_manifest_bytes, text);
      if (why.empty()) {
        auto books = parse_manifest(text);
        if (books) {
          auto name = fs::path{file.name}.stem().string();
          auto& s = books->session;
          auto wanted = options_.session.empty() || options_.session == name
                        || options_.session == std::to_string(s.start_ms)
                        || options_.session == s.label;
          found_.push_back({file.name, wanted, std::move(*books), {}, {}});
          continue;
        }
        why = books.error().context().get_as<std::string>(0);
      }
      result_.faults.push_back(file.name + ": " + why);
    }
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return a.books.session.start_ms < b.books.session.start_ms;
    });
    for (auto& x : found_)
      note_files(x);
  }

  void note_files(session_files& x) {
    for (auto& [id, camera] : x.books.cameras)
      for (auto& segment : camera.segments)
        listed_.emplace(std::make_pair("cam/" + id, segment.file), &x);
    for (auto& [topic, sensor] : x.books.sensors)
      if (auto folder = topic_path(topic))
        for (auto& file : sensor.files)
          listed_.emplace(std::make_pair("sensors/" + *folder, file), &x);
  }

  /// The session that a piece in `folder` belongs to: the one that lists it, or
  /// else the last one that began before it. Times alone would not do: UTC may
  /// have been set back between two sessions.
  session_files* session_of(const std::string& folder, const listed_piece& x) {
    auto listed = listed_.find({folder, x.stem});
    if (listed == listed_.end()) // It was open when its manifest was written.
      listed = listed_.find({folder, std::to_string(x.start_ms)});
    if (listed != listed_.end())
      return listed->second;
    auto i = std::find_if(found_.rbegin(), found_.rend(), [&](const auto& y) {
      auto& s = y.books.session;
      return x.start_ms >= s.start_ms
             && (s.stop_ms == 0 || x.start_ms < s.stop_ms);
    });
    return i == found_.rend() ? nullptr : &*i;
  }

  void assign_film(const std::string& id, const listed_piece& piece) {
    auto to = session_of("cam/" + id, piece);
    if (!to && options_.session.empty())
      result_.faults.push_back(piece.name() + ": belongs to no session");
    if (!to || !to->wanted)
      return;
    auto& films = to->cameras[id];
    auto at = films.size();
    films.push_back({piece, {}});
    if (piece.film)
      to_do_ += piece.film->size;
    jobs_.push_back([this, &films, at] { check(films[at]); });
  }

  void assign_readings(const std::string& folder, const listed_piece& piece) {
    auto to = session_of("sensors/" + folder, piece);
    if (!to && options_.session.empty())
      result_.faults.push_back(piece.name() + ": belongs to no session");
    if (!to || !to->wanted)
      return;
    auto& files = to->sensors[folder];
    auto at = files.size();
    files.push_back({piece, {}});
    to_do_ += piece.index->size;
    jobs_.push_back([this, &files, at] { check(files[at]); });
  }

  void progress(uint64_t bytes) {
    auto done = done_ += bytes;
    if (options_.on_progress)
      options_.on_progress(done, to_do_);
  }

  void check(checked_film& x) {
    std::string index;
    std::string why;
    if (x.piece.index)
      why = read_text(options_.dir / x.piece.index->name, max_index_bytes,
                      index);
    if (!x.piece.film) {
      x.facts.index = read_index(index);
      return;
    }
    input_file film{options_.dir / x.piece.film->name};
    auto read = [&](uint64_t offset, uint8_t* out, size_t size) {
      return film.read(offset, out, size);
    };
    if (film.fault().empty())
      x.facts = check_segment(film.size(), read, index, x.piece.start_ms,
                              x.piece.end_ms,
                              [this](uint64_t n) { progress(n); });
    else
      x.facts.faults.add("cannot be read: " + film.fault());
    if (!why.empty())
      x.facts.faults.add("its index " + why);
  }

  void check(checked_readings& x) {
    input_file file{options_.dir / x.piece.index->name};
    sensor_check reader;
    std::vector<char> buffer(piece_bytes);
    auto bytes = reinterpret_cast<uint8_t*>(buffer.data());
    auto readable = file.fault().empty();
    for (uint64_t at = 0; readable && at < file.size();) {
      auto n = std::min<uint64_t>(buffer.size(), file.size() - at);
      readable = file.read(at, bytes, n);
      if (readable)
        reader.feed({buffer.data(), n});
      progress(n);
      at += n;
    }
    x.facts = reader.finish();
    if (!readable)
      x.facts.fault = "cannot be read: "
                      + (file.fault().empty() ? "fails" : file.fault());
  }

  void audit(session_files& x) {
    session_audit result;
    result.manifest = x.name;
    result.state = x.books.state;
    result.session = x.books.session;
    if (x.books.unfinished())
      result.faults.push_back(x.name + ": the session is not complete (\""
                              + x.books.state
                              + "\"): it is being recorded, or its client "
                                "was killed; starting camnode repairs it");
    else if (x.books.state == "interrupted")
      result.losses.push_back("the session was interrupted: "
                              + x.books.interrupted);
    else if (x.books.state != "finished")
      result.faults.push_back(x.name + ": state \"" + x.books.state + '"');
    name_outages(x.books, result);
    for (auto& [id, books] : x.books.cameras)
      result.cameras[id] = audit_camera(books, x.cameras[id]);
    for (auto& [id, films] : x.cameras)
      if (result.cameras.count(id) == 0)
        result.cameras[id] = audit_camera({}, films);
    audit_sensors(x, result);
    result_.sessions.push_back(std::move(result));
  }

  static void name_outages(const manifest& books, session_audit& result) {
    auto& s = books.session;
    for (auto& x : books.outages) {
      auto to = x.to_ns == 0
                  ? std::string{"the end"}
                  : std::to_string(s.session_ns(x.to_ns) / 1'000'000);
      result.losses.push_back(
        "readings from " + std::to_string(s.session_ns(x.from_ns) / 1'000'000)
        + " to " + to + " are unknown: there was no connection to the broker");
    }
  }

  static void audit_sensors(session_files& x, session_audit& result) {
    for (auto& [topic, books] : x.books.sensors) {
      auto folder = topic_path(topic);
      auto key = folder ? *folder : std::string{};
      result.sensors[topic] = audit_sensor(books, x.sensors[key]);
      x.sensors.erase(key);
    }
    for (auto& [folder, files] : x.sensors)
      result.sensors[folder] = audit_sensor({}, files);
  }

  const verify_options& options_;
  std::vector<session_files> found_; ///< In the order of their starts.

  /// Whose a file is, by its folder and its name without extension.
  std::map<std::pair<std::string, std::string>, session_files*> listed_;
  std::vector<std::function<void()>> jobs_;
  uint64_t to_do_ = 0;
  std::atomic<uint64_t> done_{0};
  data_audit result_;
};

template <class Map, class F>
bool any_value(const Map& x, F f) {
  return std::any_of(x.begin(), x.end(),
                     [&](const auto& y) { return f(y.second); });
}

} // namespace

bool data_audit::damaged() const {
  auto faulty = [](const auto& x) { return !x.faults.empty(); };
  return !faults.empty()
         || std::any_of(sessions.begin(), sessions.end(), [&](const auto& x) {
              return faulty(x) || any_value(x.cameras, faulty)
                     || any_value(x.sensors, faulty);
            });
}

bool data_audit::lossy() const {
  auto poor = [](const auto& x) { return !x.losses.empty(); };
  return std::any_of(sessions.begin(), sessions.end(), [&](const auto& x) {
    return poor(x) || any_value(x.cameras, poor) || any_value(x.sensors, poor);
  });
}

caf::expected<data_audit> verify_data(const verify_options& options) {
  return verifier{options}.run();
}

} // namespace camnode
