#include "tools/camctl/align/align.hpp"

#include "messages/disk/csv_table.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/frame_track.hpp"
#include "messages/disk/manifest.hpp"
#include "messages/disk/readings_reader.hpp"
#include "messages/error.hpp"
#include "messages/frame.hpp"
#include "messages/when.hpp"
#include "tools/camctl/align/sensor_track.hpp"
#include "tools/camctl/verify/find_session.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr size_t write_bytes = size_t{1} << 20;
constexpr uint64_t rows_per_progress = 4096;

caf::error refusal(const std::string& why) {
  return caf::make_error(ec::open_failed, why);
}

/// Why there is no reference camera.
std::string no_such_camera(const std::string& wanted, const manifest& books) {
  auto session = "session " + std::to_string(books.session.start_ms);
  if (books.cameras.empty())
    return session + " has no camera: there is nothing to align";
  auto result = session + " has no camera " + wanted + "; it has ";
  for (auto i = books.cameras.begin(); i != books.cameras.end(); ++i)
    result += (i == books.cameras.begin() ? "" : ", ") + i->first;
  return result;
}

frame_track track_of(const fs::path& dir, const std::string& id,
                     const manifest_camera& books) {
  std::vector<track_file> files;
  for (auto& x : in_order(books.pieces))
    files.push_back({x.file});
  return {dir / "cam" / id, std::move(files)};
}

/// One row of the table, as text.
class row_text {
public:
  void begin() {
    empty_ = true;
  }

  void add(std::string_view field) {
    separate();
    append_csv_field(text, field);
  }

  void add(int64_t number) {
    separate();
    text += std::to_string(number);
  }

  void add_nothing(int fields) {
    for (int i = 0; i < fields; ++i)
      separate();
  }

  void end() {
    text += '\n';
  }

  std::string text;

private:
  void separate() {
    if (!std::exchange(empty_, false))
      text += ',';
  }

  bool empty_ = true;
};

class aligner {
public:
  aligner(const align_options& options, const manifest& books)
    : options_(options), books_(books) {
  }

  caf::expected<align_result> run() {
    auto& cameras = books_.cameras;
    result_.reference = options_.reference;
    if (options_.reference.empty() && !cameras.empty())
      result_.reference = cameras.begin()->first;
    auto reference = cameras.find(result_.reference);
    if (reference == cameras.end())
      return refusal(no_such_camera(result_.reference, books_));
    for (auto& [id, camera] : cameras)
      if (id != result_.reference)
        others_.push_back({id, track_of(options_.dir, id, camera)});
    open_readings();
    auto track = track_of(options_.dir, reference->first, reference->second);
    write_header();
    auto all = reference->second.recorded;
    while (auto* frame = track.next()) {
      write_row(*frame);
      if (++result_.rows % rows_per_progress == 0 && options_.on_progress)
        options_.on_progress(result_.rows, std::max(all, result_.rows));
      if (row_.text.size() >= write_bytes && !flush())
        break;
    }
    if (!flush())
      return caf::make_error(ec::write_failed, std::string{"cannot write"});
    take_faults(track.faults());
    for (auto& x : others_)
      take_faults(x.track.faults());
    for (auto& x : sensors_)
      take_faults(x.track.faults());
    end_markers();
    return std::move(result_);
  }

private:
  struct other_camera {
    std::string id;
    frame_track track;
  };

  struct sensor {
    std::string topic;
    sensor_track track;
  };

  void open_readings() {
    for (auto& [topic, figures] : books_.sensors) {
      auto folder = readings_folder(topic);
      if (!folder)
        continue;
      auto path = options_.dir / *folder;
      if (topic == marker_topic)
        markers_.emplace(path, figures.files);
      else
        sensors_.push_back({topic, sensor_track{path, figures.files}});
    }
    if (markers_)
      marker_ = markers_->next();
  }

  void write_header() {
    row_.begin();
    row_.add("time_ns");
    for (auto* x : {".file", ".frame", ".error_ns"})
      row_.add(result_.reference + x);
    for (auto& other : others_)
      for (auto* x : {".file", ".frame", ".dt_ns", ".error_ns"})
        row_.add(other.id + x);
    for (auto& sensor : sensors_)
      for (auto& key : sensor.track.keys()) {
        row_.add(sensor.topic + "." + key);
        row_.add(sensor.topic + "." + key + ".dt_ns");
      }
    if (markers_)
      for (auto* x : {"marker", "marker.dt_ns"})
        row_.add(x);
    row_.end();
  }

  void write_row(const frame_track::place& x) {
    auto time_ns = x.row.capture_ns;
    auto error = time_error_ns(x.row);
    row_.begin();
    row_.add(time_ns);
    row_.add(x.film);
    row_.add(static_cast<int64_t>(x.row.frame));
    add_if(error);
    for (auto& other : others_)
      add_nearest(other.track.nearest(time_ns), time_ns, error);
    for (auto& sensor : sensors_)
      add_values(sensor.track, time_ns);
    if (markers_)
      add_markers(time_ns);
    row_.end();
  }

  std::string text_of(const reading& x) const {
    auto key = markers_->number_of("text");
    for (auto& [i, text] : x.values)
      if (i == key)
        return text;
    return {};
  }

  /// Adds those that no row before this one has.
  void add_markers(int64_t time_ns) {
    std::string texts;
    int64_t dt_ns = 0;
    for (; marker_ && marker_->time_ns <= time_ns; marker_ = markers_->next()) {
      if (!near(marker_->time_ns - time_ns)) {
        ++without_row_;
        continue;
      }
      texts += (texts.empty() ? "" : " | ") + text_of(*marker_);
      dt_ns = marker_->time_ns - time_ns;
    }
    if (texts.empty())
      return row_.add_nothing(2);
    row_.add(texts);
    row_.add(dt_ns);
  }

  void end_markers() {
    if (!markers_)
      return;
    for (; marker_; marker_ = markers_->next())
      ++without_row_;
    if (without_row_ > 0)
      result_.notes.push_back(count_text(without_row_, "marker")
                              + " without a row: set after the last frame, or "
                                "further away from one than --tolerance");
    take_faults(markers_->faults());
  }

  bool near(int64_t dt_ns) const {
    return dt_ns <= options_.tolerance_ns && dt_ns >= -options_.tolerance_ns;
  }

  void add_if(std::optional<int64_t> x) {
    if (x)
      row_.add(*x);
    else
      row_.add_nothing(1);
  }

  void add_nearest(const frame_track::place* x, int64_t time_ns,
                   std::optional<int64_t> error) {
    if (x == nullptr || !near(x->row.capture_ns - time_ns))
      return row_.add_nothing(4);
    row_.add(x->film);
    row_.add(static_cast<int64_t>(x->row.frame));
    row_.add(x->row.capture_ns - time_ns);
    if (auto own = time_error_ns(x->row); own && error)
      row_.add(*own + *error);
    else
      row_.add_nothing(1);
  }

  void add_values(sensor_track& track, int64_t time_ns) {
    track.advance(time_ns);
    for (size_t i = 0; i < track.keys().size(); ++i) {
      auto value = options_.interpolate
                     ? track.interpolated(i, options_.tolerance_ns)
                     : track.nearest(i);
      if (!value || !near(value->time_ns - time_ns)) {
        row_.add_nothing(2);
        continue;
      }
      row_.add(value->text);
      row_.add(value->time_ns - time_ns);
    }
  }

  bool flush() {
    gave_up_ = gave_up_ || !options_.write(row_.text);
    row_.text.clear();
    return !gave_up_;
  }

  void take_faults(const std::vector<std::string>& more) {
    result_.faults.insert(result_.faults.end(), more.begin(), more.end());
  }

  const align_options& options_;
  const manifest& books_;
  std::vector<other_camera> others_;
  std::vector<sensor> sensors_;
  std::optional<readings_reader> markers_;
  const reading* marker_ = nullptr; ///< The next one; null: there is none.
  uint64_t without_row_ = 0;        ///< Markers.
  row_text row_;
  bool gave_up_ = false;
  align_result result_;
};

} // namespace

caf::expected<align_result> align_session(const align_options& options) {
  auto session = find_session(options.dir, options.session);
  if (!session)
    return std::move(session.error());
  auto result = aligner{options, session->books}.run();
  if (result && !session->note.empty())
    result->notes.insert(result->notes.begin(), session->note);
  return result;
}

} // namespace camnode
