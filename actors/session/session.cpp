#include "actors/session/session.hpp"

#include "actors/session/manifest.hpp"
#include "actors/shared/file_ops.hpp"
#include "actors/shared/log.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(250);

/// How long a stop waits for the last frames and their files at most: longer
/// than a recorder waits for a camera that is away.
constexpr int64_t finish_patience_ms = 15'000;

/// Likewise, where the node is ending: with the rest of it, below 3 s.
constexpr int64_t hurry_patience_ms = 1'200;

/// How far ahead a session's end lies when it is drawn: whoever records hears
/// of it before most of them have anything from beyond it.
constexpr int64_t stop_lead_ns = 50'000'000;

/// With less room than this, a recording is stopped, so that all its files are
/// completed.
constexpr int64_t last_seconds = 60;

/// How soon the manifest has what a crash would lose of the books.
constexpr int64_t news_interval_ns = 1'000'000'000;

/// How often figures that only grow are told.
constexpr int64_t tell_interval_ns = 1'000'000'000;

} // namespace

session::session(caf::actor_config& cfg, const actor_context& context,
                 session_options options, std::shared_ptr<fleet> cameras,
                 sensor_board_ptr sensors, client_supervisor_actor parent,
                 session_info current, session_past past)
  : observed(cfg, context),
    options_(std::move(options)),
    cameras_(std::move(cameras)),
    sensors_(std::move(sensors)),
    parent_(std::move(parent)),
    session_(std::move(current)),
    past_(std::move(past)),
    disk_(options_.space),
    born_ns_(options_.clock()) {
}

session::behavior_type session::make_behavior() {
  if (session_.open()) { // An earlier life may have ended in a stop.
    session_.stop_ms = options_.stop->of(session_.start_ms);
    if (!session_.open())
      send(parent_, session_);
  }
  if (session_.exists()) // Tells that it goes on.
    write_manifest(state());
  show_state(state());
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](const record_command& x) { obey(x); },
    [this](const record_command&, const std::string& why) { refuse(why); },
    [this](stop_atom) { hurry(); },
    [this](beat_atom) {
      beat();
      delayed_send(this, beat_interval, beat_atom_v);
    },
  };
}

void session::obey(const record_command& x) {
  if (x.start && session_.open())
    refuse("start: recording already, since "
           + std::to_string(session_.start_ms));
  else if (x.start && session_.exists())
    wait_with(x);
  else if (auto why = x.start ? why_no_room(x) : ""; !why.empty())
    refuse("start: " + why);
  else if (x.start)
    start(x);
  else if (session_.open())
    stop(options_.clock());
  else if (next_)
    next_.reset();
  else
    refuse("stop: nothing is being recorded");
  tell();
}

void session::start(const record_command& x) {
  auto utc = options_.utc();
  session_info next;
  next.start_ms = utc / 1'000'000;
  next.anchor_mono_ns = options_.clock() - utc % 1'000'000;
  next.segment_ms = options_.segment.count() / 1'000'000;
  next.label = x.label;
  next.forced = x.force;
  next.due_ms = x.duration_ms == 0 ? 0 : next.start_ms + x.duration_ms;
  session_ = next;
  past_ = {};
  cut_ = 0;
  last_error_.clear();
  log_info(who(), "session ", next.start_ms,
           x.label.empty() ? "" : " " + x.label, " begins, ",
           cameras_->look().size(), " cameras");
  send(parent_, session_);
  write_manifest("recording");
}

void session::stop(int64_t when_ns) {
  session_.stop_ms = options_.stop->draw(session_.start_ms, [&] {
    auto earliest_ns = options_.clock() + stop_lead_ns;
    return session_.session_ns(std::max(when_ns, earliest_ns)) / 1'000'000;
  });
  log_info(who(), "session ", session_.start_ms, " ends at ", session_.stop_ms);
  send(parent_, session_);
  write_manifest(state());
}

void session::hurry() {
  if (!session_.exists()) {
    send(parent_, stopped_atom_v);
    return;
  }
  next_.reset();
  session_.hurry = true;
  if (session_.open())
    stop(options_.clock());
  else
    send(parent_, session_);
}

void session::wait_with(const record_command& x) {
  next_ = x;
  last_error_ = "start: waits until the last session is complete";
  log_info(who(), last_error_);
}

void session::refuse(const std::string& why) {
  ++refused_;
  last_error_ = why;
  log_warning(who(), "refused a command: ", why);
  tell();
}

void session::guard_disk() {
  uint64_t received = 0;
  for (auto& x : cameras_->look())
    received += x.viewer->look().bytes;
  disk_.observe(received, options_.clock());
  auto x = disk_.look();
  if (!session_.open() || session_.forced || !x.ends_within(last_seconds))
    return;
  stop(options_.clock());
  last_error_ = "stopped: the disk is full in less than "
                + std::to_string(last_seconds) + " s, " + describe(x);
  show_error(last_error_);
  log_error(who(), last_error_);
}

std::string session::why_no_room(const record_command& x) const {
  auto disk = disk_.look();
  if (x.force || options_.min_minutes == 0
      || !disk.ends_within(options_.min_minutes * 60))
    return {};
  return "the disk is full in less than " + std::to_string(options_.min_minutes)
         + " minutes, " + describe(disk)
         + "; make room, or start with \"force\":true";
}

void session::beat() {
  guard_disk();
  if (session_.exists()) {
    auto now = options_.clock();
    auto next_beat_ns = now + caf::timespan{beat_interval}.count();
    auto due_ns = session_.client_ns(session_.due_ms);
    if (session_.open() && session_.due_ms != 0
        && due_ns < next_beat_ns + stop_lead_ns)
      stop(due_ns);
    auto session_ms = session_.session_ns(now) / 1'000'000;
    auto cut = (session_ms - session_.start_ms) / session_.segment_ms;
    if (cut != cut_) {
      cut_ = cut;
      write_manifest(state());
    }
    write_if_news();
    // A session that was over before this actor began gets its time, too.
    auto waited_ms = std::min(session_ms - session_.stop_ms,
                              (now - born_ns_) / 1'000'000);
    auto patience_ms = session_.hurry ? hurry_patience_ms : finish_patience_ms;
    if (!session_.open() && (all_finished() || waited_ms > patience_ms))
      complete();
  }
  show_state(state());
  tell();
}

void session::write_if_news() {
  auto now = options_.clock();
  if (now - written_ns_ < news_interval_ns)
    return;
  if (manifest_digest(view()) != written_digest_)
    write_manifest(state());
}

bool session::all_finished() const {
  auto cameras = cameras_->look();
  return sensors_->finished(session_.start_ms)
         && std::all_of(cameras.begin(), cameras.end(), [&](const auto& x) {
              auto books = x.ledger->look();
              return books.session_ms != session_.start_ms
                     || books.state == ledger_figures::phase::finished;
            });
}

void session::complete() {
  auto all = all_finished();
  if (!all) {
    last_error_ = "not all files of the session were completed in time";
    log_error(who(), last_error_);
  }
  write_manifest("finished");
  if (all)
    log_info(who(), "session ", session_.start_ms, " is complete");
  session_ = {};
  past_ = {};
  send(parent_, session_);
  send(parent_, stopped_atom_v);
  if (auto next = std::exchange(next_, std::nullopt))
    obey(*next);
}

session_view session::view() const {
  session_view x;
  x.client = options_.client;
  x.version = options_.version;
  x.state = state();
  x.session = session_;
  x.last_error = last_error_;
  x.commands_refused = refused_;
  x.now_ns = options_.clock();
  x.utc_ms = options_.utc() / 1'000'000;
  x.cameras = cameras_->look();
  for (auto& camera : x.cameras)
    for (auto* actor : {"viewer/", "recorder/"}) {
      auto name = actor + camera.server.id;
      x.restarts[name] = directory().restarts(name);
    }
  x.alarms = directory().alarms();
  for (auto& [actor, n] : past_.restarts)
    x.restarts[actor] += n;
  x.resumed_ms = past_.resumed_ms;
  x.boot_id = options_.boot_id;
  x.disk = disk_.look();
  x.sensors = sensors_->look(session_.start_ms);
  x.sensor_error = sensors_->last_error();
  x.outages = sensors_->outages(session.start_ms);
  return x;
}

std::string session::state() const {
  if (!session_.exists())
    return "idle";
  return session_.open() ? "recording" : "stopping";
}

std::filesystem::path session::manifest_path() const {
  return options_.dir / manifest_name(session_);
}

void session::write_manifest(const std::string& state) {
  auto x = view();
  x.state = state;
  written_ns_ = x.now_ns;
  written_digest_ = manifest_digest(x);
  auto err = create_directories_synced(options_.dir);
  if (!err)
    err = replace_file_synced(manifest_path(), render_manifest(x));
  if (err) {
    last_error_ = describe(err);
    show_error(last_error_);
    log_error(who(), "cannot write the manifest: ", last_error_);
  }
}

void session::tell() {
  auto x = view();
  auto changed = truth_digest(x) != told_digest_;
  if (!changed && x.now_ns - told_ns_ < tell_interval_ns)
    return;
  auto truth = render_truth(x);
  told_ns_ = x.now_ns;
  told_digest_ = truth_digest(x);
  if (truth != told_)
    send(parent_, publish_atom_v, truth);
  told_ = std::move(truth);
}

void session::on_exit() {
  parent_ = nullptr;
}

} // namespace camnode
