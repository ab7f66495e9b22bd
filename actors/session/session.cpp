#include "actors/session/session.hpp"

#include "actors/session/manifest.hpp"
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

/// How soon the manifest has what a crash would lose of the books, and how soon
/// it is tried again; as much more for each MiB that it has.
constexpr int64_t news_interval_ns = 1'000'000'000;

/// How long those who record wait for the first manifest: what a crash leaves
/// then has one. Frames are in the rings meanwhile.
constexpr auto first_patience = std::chrono::milliseconds(500);

/// How long a beat waits for the last one.
constexpr auto last_patience = std::chrono::milliseconds(100);

/// A manifest that is not on disk after this is told of.
constexpr int64_t unwritten_patience_ns = 2'000'000'000;

/// Sessions whose files are still being completed. Of more, the oldest is left
/// to the next start of the client.
constexpr size_t max_late = 8;

/// How often figures that only grow are told.
constexpr int64_t tell_interval_ns = 1'000'000'000;

/// `x` as it is now: whatever the viewer sees from now on is of no concern to
/// a session that is over.
fleet_member frozen(fleet_member x) {
  auto viewer = std::make_shared<viewer_board>();
  viewer->clocks().restore(x.viewer->clocks().look());
  viewer->update([now = x.viewer->look()](viewer_figures& f) { f = now; });
  x.viewer = std::move(viewer);
  return x;
}

/// The cameras with their books of session `x`, where those of another one have
/// been opened since.
std::vector<fleet_member> with_books_of(const session_info& x,
                                        std::vector<fleet_member> cameras) {
  for (auto& camera : cameras)
    if (auto kept = camera.ledger->kept(x.start_ms))
      camera.ledger = std::move(kept);
  return cameras;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string result;
  for (auto& x : names)
    result += (result.empty() ? "" : ", ") + x;
  return result;
}

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
  if (session_.exists()) { // Tells that it goes on.
    file_.path = options_.dir / manifest_name(session_);
    write(file_, view());
  }
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
  else if (x.start && ending_)
    refuse("start: the client is ending");
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
  file_ = {};
  file_.path = options_.dir / manifest_name(session_);
  write(file_, view());
  options_.manifests->wait(file_.path, first_patience);
  check(file_);
  send(parent_, session_);
}

void session::stop(int64_t when_ns) {
  session_.stop_ms = options_.stop->draw(session_.start_ms, [&] {
    auto earliest_ns = options_.clock() + stop_lead_ns;
    return session_.session_ns(std::max(when_ns, earliest_ns)) / 1'000'000;
  });
  log_info(who(), "session ", session_.start_ms, " ends at ", session_.stop_ms);
  send(parent_, session_);
  write(file_, view());
}

void session::hurry() {
  ending_ = true;
  if (!session_.exists()) {
    for (auto& x : late_)
      options_.manifests->wait(x.file.path, first_patience);
    complete_late();
    tell_late();
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
  if (std::any_of(late_.begin(), late_.end(),
                  [](const auto& y) { return y.file.unwritten_ns != 0; }))
    return "the disk does not take the last session's manifest";
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
      file_.stale = true;
    }
    write_if_news(file_, view());
    // A session that was over before this actor began gets its time, too.
    auto waited_ms = std::min(session_ms - session_.stop_ms,
                              (now - born_ns_) / 1'000'000);
    auto patience_ms = session_.hurry ? hurry_patience_ms : finish_patience_ms;
    if (!session_.open())
      complete(waited_ms > patience_ms);
  }
  complete_late();
  if (auto fault = manifest_fault(); fault != told_fault_) {
    told_fault_ = fault;
    if (!fault.empty()) {
      show_error(fault);
      log_error(who(), fault);
    }
  }
  show_state(state());
  tell();
}

void session::write(manifest_state& file, const session_view& told) {
  auto x = told;
  x.state = manifest_state_of(x.session, x.cameras);
  auto text = render_manifest(x);
  file.digest = manifest_digest(x);
  file.state = x.state;
  file.bytes = text.size();
  file.asked_ns = x.now_ns;
  file.stale = false;
  if (file.unwritten_ns == 0)
    file.unwritten_ns = x.now_ns;
  file.version = options_.manifests->write(file.path, std::move(text));
  check(file);
}

void session::check(manifest_state& file) {
  auto x = options_.manifests->look(file.path);
  if (x.tried < file.version)
    return; // The disk is at it.
  file.error = x.error;
  if (x.written == file.version)
    file.unwritten_ns = 0;
}

void session::write_if_news(manifest_state& file, const session_view& x) {
  check(file);
  auto mib = static_cast<int64_t>(file.bytes >> 20);
  if (x.now_ns - file.asked_ns < news_interval_ns * (1 + mib))
    return;
  // One that the disk is still at need not be made again.
  if (!file.error.empty() || file.stale || manifest_digest(x) != file.digest)
    write(file, x);
}

std::string session::manifest_fault() const {
  auto now = options_.clock();
  std::vector<const manifest_state*> files{&file_};
  for (auto& x : late_)
    files.push_back(&x.file);
  for (auto* x : files)
    if (x->unwritten_ns != 0
        && (!x->error.empty() || now - x->unwritten_ns > unwritten_patience_ns))
      return "cannot write the manifest: "
             + (x->error.empty() ? "the disk does not answer" : x->error);
  return {};
}

bool session::is_later(int64_t session_ms, const session_info& x) const {
  auto behind_x = false;
  for (auto& y : late_) {
    if (behind_x && y.session.start_ms == session_ms)
      return true;
    behind_x |= y.session.start_ms == x.start_ms;
  }
  return behind_x && session_.start_ms == session_ms;
}

std::vector<std::string>
session::who_is_at(const session_info& x,
                   const std::vector<fleet_member>& cameras) const {
  std::vector<std::string> result;
  for (auto& camera : cameras) {
    auto books = camera.ledger->look();
    // Who is still at a session before may come to this one.
    auto busy = books.state == ledger_figures::phase::recording
                && !is_later(books.session_ms, x);
    auto left = books.session_ms == x.start_ms
                && camera.ledger->has_open_segment();
    if (busy || left)
      result.push_back(camera.server.id);
  }
  if (!sensors_->complete(x.start_ms))
    result.push_back("sensors");
  return result;
}

void session::complete(bool time_is_up) {
  auto late = who_is_at(session_, cameras_->look());
  if (late.empty() && file_.state != "finished")
    write(file_, view());
  if (late.empty()) {
    options_.manifests->wait(file_.path, last_patience);
    check(file_);
  }
  if (is_closed(file_)) {
    log_info(who(), "session ", session_.start_ms, " is complete");
    options_.manifests->forget(file_.path);
    return forget_session();
  }
  if (time_is_up)
    leave_late(late);
}

void session::leave_late(const std::vector<std::string>& who_is_late) {
  last_error_ = who_is_late.empty()
                  ? "the session's manifest was not written in time"
                  : "not all files of the session were completed in time: "
                      + list_of(who_is_late);
  log_error(who(), last_error_);
  // It stays open in its manifest: its files are not what they will be. It is
  // completed as soon as they are, or by the next start of the client.
  write(file_, view());
  options_.manifests->wait(file_.path, last_patience);
  late_session x{session_, past_, {}, file_};
  for (auto& camera : cameras_->look()) {
    camera.ledger->keep(session_.start_ms);
    x.cameras.push_back(frozen(camera));
  }
  sensors_->keep(session_.start_ms);
  late_.push_back(std::move(x));
  if (late_.size() > max_late) {
    give_up(late_.front());
    late_.erase(late_.begin());
  }
  if (ending_)
    tell_late();
  forget_session();
}

void session::tell_late() const {
  for (auto& x : late_) {
    auto late = who_is_at(x.session, with_books_of(x.session, x.cameras));
    log_warning(who(), "session ", x.session.start_ms, " is left incomplete: ",
                late.empty() ? "its manifest" : list_of(late),
                "; the next start of the client completes it");
  }
}

void session::give_up(const late_session& x) {
  log_warning(who(), "session ", x.session.start_ms,
              " is left to the next start of the client: more than ", max_late,
              " sessions are not complete");
  let_go(x);
}

void session::let_go(const late_session& x) {
  options_.manifests->forget(x.file.path);
  for (auto& camera : x.cameras)
    camera.ledger->forget(x.session.start_ms);
  sensors_->forget(x.session.start_ms);
}

void session::forget_session() {
  file_ = {};
  session_ = {};
  past_ = {};
  send(parent_, session_);
  send(parent_, stopped_atom_v);
  if (auto next = std::exchange(next_, std::nullopt))
    obey(*next);
}

void session::complete_late() {
  late_.erase(std::remove_if(late_.begin(), late_.end(),
                             [this](auto& x) { return complete_late(x); }),
              late_.end());
}

bool session::complete_late(late_session& x) {
  auto cameras = with_books_of(x.session, x.cameras);
  if (x.file.state != manifest_state_of(x.session, cameras))
    x.file.stale = true;
  write_if_news(x.file, view_of(x.session, x.past, std::move(cameras)));
  if (!is_closed(x.file))
    return false;
  log_info(who(), "session ", x.session.start_ms, " is complete after all");
  let_go(x);
  return true;
}

session_view session::view() const {
  return view_of(session_, past_, cameras_->look());
}

session_view session::view_of(const session_info& session,
                              const session_past& past,
                              std::vector<fleet_member> cameras) const {
  session_view x;
  x.client = options_.client;
  x.version = options_.version;
  x.state = state();
  x.session = session;
  auto fault = manifest_fault();
  x.last_error = fault.empty() ? last_error_ : fault;
  x.commands_refused = refused_;
  x.now_ns = options_.clock();
  x.utc_ms = options_.utc() / 1'000'000;
  x.cameras = std::move(cameras);
  for (auto& camera : x.cameras)
    for (auto* actor : {"viewer/", "recorder/"}) {
      auto name = actor + camera.server.id;
      x.restarts[name] = directory().restarts(name);
    }
  x.alarms = directory().alarms();
  for (auto& [actor, n] : past.restarts)
    x.restarts[actor] += n;
  x.resumed_ms = past.resumed_ms;
  x.boot_id = options_.boot_id;
  x.disk = disk_.look();
  x.sensors = sensors_->look(session.start_ms);
  x.readings_outside = sensors_->outside();
  x.sensor_error = sensors_->last_error();
  x.outages = sensors_->outages(session.start_ms);
  return x;
}

std::string session::state() const {
  if (!session_.exists())
    return "idle";
  return session_.open() ? "recording" : "stopping";
}

std::string
session::manifest_state_of(const session_info& x,
                           const std::vector<fleet_member>& cameras) const {
  if (x.open())
    return "recording";
  return who_is_at(x, cameras).empty() ? "finished" : "stopping";
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
