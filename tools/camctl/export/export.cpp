#include "tools/camctl/export/export.hpp"

#include "actors/base/file_ops.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"
#include "messages/when.hpp"
#include "tools/camctl/export/bids_layout.hpp"
#include "tools/camctl/export/export_folder.hpp"
#include "tools/camctl/export/film_proof.hpp"
#include "tools/camctl/export/session_json.hpp"
#include "tools/camctl/verify/piece_reader.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr int64_t ns_per_ms = 1'000'000;

/// What a frame takes besides its JPEG: 20 bytes in its film, some 130 in its
/// table and in that of rows.
constexpr uint64_t bytes_beside_jpeg = 150;

caf::error refusal(const std::string& why) {
  return caf::make_error(ec::open_failed, why);
}

class exporter {
public:
  exporter(const export_options& options, std::vector<session_source> sources)
    : options_(options) {
    result_.sources = std::move(sources);
    result_.folder = options_.out / name();
  }

  caf::expected<export_result> run() {
    set_cut();
    for (auto& [id, folders] : camera_folders(result_.sources))
      if (!plan(id, folders))
        return stopped();
    if (auto err = refuse())
      return err;
    if (options_.locked)
      set_grid();
    auto folder = export_folder::create(options_.out, name());
    if (!folder)
      return std::move(folder.error());
    if (auto err = check_room(folder->path()))
      return err;
    if (auto err = write_all_into(folder->path()))
      return err;
    if (auto err = folder->commit())
      return err;
    return std::move(result_);
  }

private:
  const manifest& books() const {
    return result_.sources.front().session.books;
  }

  std::string name() const {
    return fs::path{result_.sources.front().session.file}.stem().string();
  }

  /// Who was recorded, for BIDS; empty: nobody said.
  std::string subject() const {
    return options_.subject.empty() ? subject_of(books().session)
                                    : options_.subject;
  }

  static caf::error stopped() {
    return caf::make_error(ec::unavailable, "stopped");
  }

  /// Reports what is done. @returns false to give up.
  bool go_on(uint64_t done) const {
    return !failed_
           && (!options_.on_progress || options_.on_progress(done, all_));
  }

  void set_cut() {
    auto start_ns = books().session.start_ms * ns_per_ms;
    auto ns_of = [&](const spoken_time& x) {
      return x.after_start ? start_ns + x.ns : x.ns;
    };
    if (options_.from)
      result_.cut.from_ns = ns_of(*options_.from);
    if (options_.until)
      result_.cut.to_ns = ns_of(*options_.until);
    for (auto& x : result_.sources) {
      if (!x.session.note.empty())
        result_.notes.push_back(x.session.note);
      if (!x.ahead.known())
        result_.notes.push_back(
          x.dir.string()
          + ": no server's clock tells how far its times are from "
          + "those of " + result_.sources.front().dir.string()
          + "; both are taken for UTC");
    }
    for (auto& x : readings_left_out(result_.sources))
      result_.notes.push_back(std::move(x));
  }

  /// @returns false to give up.
  bool plan(const std::string& id, const std::vector<source_folder>& folders) {
    camera_source source{folders};
    auto go = true;
    auto films = plan_films(id, source, result_.cut,
                            [&] { return go = go_on(0); });
    if (!go)
      return false;
    auto& camera = result_.cameras[id];
    camera.doubles = source.doubles();
    camera.faults = source.faults();
    camera.losses = named_losses(result_.sources, id, source, result_.cut);
    for (auto& x : result_.sources)
      if (auto found = x.session.books.cameras.find(id);
          found != x.session.books.cameras.end())
        add_books(found->second, camera);
    if (options_.locked && !films.empty() && camera.time != "sensor")
      result_.notes.push_back(id + ": its times are those of the " + camera.time
                              + ", not of the capture");
    for (auto& x : films) {
      auto& film = result_.films.emplace_back();
      film.path = x.name + film_ending;
      film.plan = std::move(x);
    }
    return true;
  }

  static void add_books(const manifest_camera& books, exported_camera& out) {
    uint64_t in_files = 0;
    for (auto& x : books.pieces)
      in_files += x.frames;
    if (in_files < books.recorded)
      out.faults.push_back(
        count_text(books.recorded - in_files, "frame")
        + " that the manifest calls recorded are in no file that it names");
    out.recorded += books.recorded;
    if (out.time.empty())
      out.time = books.time;
  }

  caf::error refuse() const {
    auto begin_ns = books().session.start_ms * ns_per_ms;
    auto end_ns = books().session.stop_ms * ns_per_ms;
    if (!result_.cut.touches(begin_ns, end_ns))
      return refusal("session " + name()
                     + " has nothing at that time: it is "
                       "from "
                     + utc_text(begin_ns) + " to " + utc_text(end_ns));
    auto readings = reading_folders(result_.sources);
    if (result_.films.empty() && readings.empty())
      return refusal(
        "session " + name() + " has no frame and no reading"
        + (options_.from || options_.until ? " at that time" : ""));
    if (options_.bids && subject().empty())
      return refusal("session " + name()
                     + " was started without a subject, which --layout bids "
                       "needs: give it with --subject");
    return caf::none;
  }

  void set_grid() {
    std::vector<film_plan> plans;
    for (auto& x : result_.films)
      plans.push_back(x.plan);
    result_.grid = grid_of(plans, options_.rate);
  }

  /// How many frames a film gets.
  uint64_t frames_of(const film_plan& x) const {
    return result_.grid ? result_.grid->rows : x.frames;
  }

  /// Of films that are encoded nobody knows the size: there must be room for
  /// their tables, and for the proof of the longest one.
  caf::error check_room(const fs::path& folder) const {
    uint64_t wanted = 0;
    uint64_t proof = 0;
    auto encodes = options_.encode || options_.grid_film;
    for (auto& x : result_.films) {
      auto frames = frames_of(x.plan);
      auto jpeg = options_.encode ? 0 : x.plan.bytes / x.plan.frames;
      wanted += frames * (jpeg + bytes_beside_jpeg);
      if (encodes)
        proof = std::max(proof, film_proof::bytes_for(frames));
    }
    wanted += proof;
    auto there = free_bytes_of(folder);
    if (there && *there < wanted)
      return caf::make_error(ec::write_failed,
                             options_.out.string() + ": the export takes "
                               + (encodes ? "at least " : "")
                               + bytes_text(wanted) + ", and there are "
                               + bytes_text(*there) + " free");
    return caf::none;
  }

  caf::error write_all_into(const fs::path& folder) {
    for (auto& x : result_.films)
      all_ += 2 * frames_of(x.plan); // Written, and read back.
    if (options_.grid_film)
      all_ += result_.grid->rows;
    if (auto err = make_films(folder))
      return err;
    auto& films = result_.films;
    films.erase(std::remove_if(films.begin(), films.end(),
                               [](auto& x) { return x.counts.frames == 0; }),
                films.end());
    if (options_.grid_film && !films.empty())
      if (auto err = make_grid_film(folder))
        return err;
    std::vector<std::string> names;
    for (auto& x : films)
      names.push_back(x.plan.name);
    auto go = [this] { return go_on(done_); };
    auto rows = write_row_table(folder, names, result_.grid, go);
    if (!rows)
      return std::move(rows.error());
    result_.rows = std::move(*rows);
    auto readings = write_reading_tables(folder,
                                         reading_folders(result_.sources),
                                         result_.cut, go);
    if (!readings)
      return std::move(readings.error());
    result_.readings = std::move(*readings);
    if (!options_.bids)
      return write_facts(folder);
    bids_layout layout{subject(), books().session, names};
    for (auto& x : films)
      x.path = layout.film_path(x.plan.name);
    if (auto err = write_facts(folder))
      return err;
    return layout.arrange(folder, options_, result_);
  }

  /// Copies films one after the other. Encodes some at once: an encoder leaves
  /// a core idle now and then, and so does the proof.
  caf::error make_films(const fs::path& folder) {
    std::mutex mutex; // For `first`.
    caf::error first;
    std::vector<std::function<void()>> jobs;
    for (auto& x : result_.films)
      jobs.emplace_back([&, film = &x] {
        auto err = failed_ ? caf::none : make_film(folder, *film);
        std::lock_guard<std::mutex> guard{mutex};
        if (err && !failed_.exchange(true))
          first = std::move(err);
      });
    run_all(jobs, options_.encode ? std::max(2u, count_cores() / 4) : 1);
    return first;
  }

  caf::error make_film(const fs::path& folder, exported_film& x) {
    auto& plan = x.plan;
    x.rate = result_.grid ? result_.grid->rate : plan.usual_rate;
    auto path = folder / (plan.name + film_ending);
    film_format format{x.rate, plan.size.width, plan.size.height,
                       plan.first_ns / ns_per_ms};
    auto how = options_.encode.value_or(encoding{});
    how.goes_on = [this] { return go_on(done_); };
    auto film = options_.encode ? make_encoded_output(path, format, how)
                                : make_copy_output(path, format);
    if (!film)
      return std::move(film.error());
    auto table = table_file::create(folder / (plan.name + table_ending));
    if (!table)
      return std::move(table.error());
    camera_source source{camera_folders(result_.sources)[plan.camera]};
    film_maker maker{plan,   result_.cut, source,
                     **film, *table,      [this] { return go_on(++done_); }};
    auto err = result_.grid ? maker.make_locked(*result_.grid, options_.fill)
                            : maker.make_own();
    if (err)
      return err;
    x.counts = maker.counts();
    add_faults(x, source);
    if (auto failed = table->close())
      return failed;
    x.table = table->facts();
    if (x.counts.frames > 0)
      return prove(path, **film, x);
    film->reset(); // Ends an encoder, which may be about to make the file.
    return remove(folder, x);
  }

  /// Adds what was found out while a film was made, the files being read again.
  void add_faults(const exported_film& x, const camera_source& source) {
    auto more = source.faults();
    auto bad = source.picture_faults();
    std::move(bad.begin(), bad.end(), std::back_inserter(more));
    auto& counts = x.counts;
    auto seen = counts.frames - counts.filled + counts.left_out
                + source.rejects();
    if (seen < x.plan.frames)
      more.push_back(count_text(x.plan.frames - seen, "frame") + " of "
                     + std::to_string(x.plan.frames) + " for " + x.path
                     + " went missing while it was made");
    std::lock_guard<std::mutex> guard{mutex_};
    auto& faults = result_.cameras.at(x.plan.camera).faults;
    for (auto& text : more)
      if (std::find(faults.begin(), faults.end(), text) == faults.end())
        faults.push_back(std::move(text));
  }

  /// Removes a film of which not one picture could be read.
  /// @pre It is closed. An encoder may have made no file of it.
  static caf::error remove(const fs::path& folder, const exported_film& x) {
    std::error_code err;
    for (auto ending : {film_ending, table_ending}) {
      auto path = folder / (x.plan.name + ending);
      fs::remove(path, err);
      if (err)
        return caf::make_error(ec::write_failed,
                               path.string() + ": " + err.message());
    }
    return caf::none;
  }

  caf::error prove(const fs::path& path, film_output& film, exported_film& x) {
    uint64_t told = 0;
    auto err = film.close([&](uint64_t n) {
      done_ += n - std::exchange(told, n);
      return go_on(done_);
    });
    done_ += x.counts.frames - told;
    if (err)
      return err;
    if (options_.encode)
      return take_facts(path, x.film);
    std::error_code failed; // The pictures' checksums are in the table.
    x.film.bytes = fs::file_size(path, failed);
    return caf::none;
  }

  /// Of a film whose pictures are not those of its table.
  static caf::error take_facts(const fs::path& path, file_facts& out) {
    auto facts = facts_of(path);
    if (!facts)
      return std::move(facts.error());
    out = *facts;
    return caf::none;
  }

  caf::error make_grid_film(const fs::path& folder) {
    std::vector<grid_cell> cells;
    for (auto& x : result_.films)
      cells.push_back({folder / x.path, x.plan.size.width, x.plan.size.height});
    film_format format{result_.grid->rate, 0, 0,
                       result_.grid->first_ns / ns_per_ms};
    auto path = folder / (grid_film_name + std::string{film_ending});
    if (auto err = make_grid(path, cells, format, result_.grid->rows,
                             options_.encode.value_or(encoding{}),
                             [&](auto n) { return go_on(done_ + n); }))
      return err;
    done_ += result_.grid->rows;
    return take_facts(path, result_.grid_film.emplace());
  }

  caf::error write_facts(const fs::path& folder) {
    auto out = table_file::create(folder / session_json_name);
    if (!out)
      return std::move(out.error());
    out->text = render_session_json(options_, result_);
    return out->close();
  }

  const export_options& options_;
  export_result result_;
  std::mutex mutex_; ///< For the faults in it, while films are made.
  std::atomic<bool> failed_{false};

  /// Frames that are written, and those that are proved.
  std::atomic<uint64_t> done_{0};
  uint64_t all_ = 0;
};

} // namespace

caf::expected<export_result> export_session(const export_options& options) {
  if (auto err = export_folder::refuse_place(options.out, options.dirs))
    return err;
  auto sources = find_sources(options.dirs, options.session);
  if (!sources)
    return std::move(sources.error());
  return exporter{options, std::move(*sources)}.run();
}

} // namespace camnode
