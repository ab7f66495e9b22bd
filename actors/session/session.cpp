#include "actors/session/session.hpp"

#include "actors/base/log.hpp"
#include "actors/session/camera_state.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/manifest.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(250);

/// How long a stop waits for the last frames and their files at most: longer
/// than a recorder waits for a camera that is away.
constexpr int64_t finish_patience_ms = 15'000;

/// How long it waits where the node is ending: with the rest of it, below 3 s.
constexpr int64_t hurry_patience_ms = 1'200;

/// How far ahead a session's end lies when it is drawn: most of those who
/// record hear of it before they have anything from after it.
constexpr int64_t stop_lead_ns = 50'000'000;

/// With less room than this, a recording is stopped, so that all its files are
/// completed.
constexpr int64_t last_seconds = 60;

/// How long those who record wait for the first manifest: what a crash leaves
/// then has one. Frames are in the rings meanwhile.
constexpr auto first_patience = std::chrono::milliseconds(500);

/// How long the answer to a command is told as `last_error`.
constexpr int64_t news_ns = 60'000'000'000;

/// How long a beat waits for the last one.
constexpr auto last_patience = std::chrono::milliseconds(100);

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
    disk_(options_.space, options_.most_per_camera),
    born_ns_(options_.clock()),
    cameras_called_(options_.last_cameras) {
}

session::behavior_type session::make_behavior() {
  if (session_.open()) { // An earlier life may have ended in a stop.
    session_.stop_ms = options_.stop->of(session_.start_ms);
    if (!session_.open())
      send(parent_, session_);
  }
  if (session_.exists()) { // Tells that it goes on.
    file_ = {options_.manifests, options_.dir / manifest_name(session_)};
    write();
  }
  show_state(state());
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](const record_command& x) { obey(x); },
    [this](refuse_atom, const std::string& why) { refuse(why); },
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
           + time_text(session_.start_ms * 1'000'000));
  else if (x.start && ending_)
    refuse("start: the client is ending");
  else if (x.start && session_.exists())
    wait_with(x);
  else if (auto why = x.start ? why_not(x) : ""; !why.empty())
    refuse("start: " + why);
  else if (x.start)
    start(x);
  else if (auto why = why_other(x); !why.empty())
    refuse("stop: " + why);
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
  // UTC may have been set back to where another session began.
  for (; options_.stop->of(next.start_ms) != 0; ++next.start_ms)
    next.anchor_mono_ns += 1'000'000;
  next.segment_ms = options_.segment.count() / 1'000'000;
  next.label = x.label;
  next.forced = x.force;
  next.metadata = x.metadata;
  next.due_ms = x.duration_ms == 0 ? 0 : next.start_ms + x.duration_ms;
  session_ = next;
  past_ = {};
  cut_ = 0;
  error_.clear();
  cameras_called_.begin(cameras_->look());
  if (options_.folder)
    options_.folder->release();
  log_info(who(), "session ", next.start_ms,
           x.label.empty() ? "" : " " + x.label, " begins, ",
           cameras_->look().size(), " cameras");
  file_ = {options_.manifests, options_.dir / manifest_name(session_)};
  write();
  file_.wait(first_patience);
  send(parent_, session_);
}

void session::stop(int64_t when_ns) {
  session_.stop_ms = options_.stop->draw(session_.start_ms, [&] {
    auto earliest_ns = options_.clock() + stop_lead_ns;
    return session_.session_ns(std::max(when_ns, earliest_ns)) / 1'000'000;
  });
  log_info(who(), "session ", session_.start_ms, " ends at ",
           time_text(session_.stop_ms * 1'000'000), ", after ",
           duration_text((session_.stop_ms - session_.start_ms) * 1'000'000));
  send(parent_, session_);
  write();
}

void session::hurry() {
  ending_ = true;
  if (!session_.exists()) {
    leave_all_late();
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
  note_error("start: waits until the last session is complete");
  log_info(who(), error_.now());
}

void session::refuse(const std::string& why) {
  ++refused_;
  note_error(why);
  log_warning(who(), "refused a command: ", why);
  tell();
}

void session::guard_disk() {
  delivered_bytes delivered;
  for (auto& x : cameras_->look())
    delivered[x.server.id] = x.board->look().bytes;
  disk_.observe(delivered, options_.clock());
  auto x = disk_.look();
  if (!session_.open() || session_.forced || !x.ends_within(last_seconds))
    return;
  stop(options_.clock());
  note_error("stopped: the disk is full in less than "
             + std::to_string(last_seconds) + " s, " + describe(x));
  show_error(error_.now());
  log_error(who(), error_.now());
}

void session::note_error(std::string text) {
  error_.set(std::move(text), options_.clock());
}

std::string session::why_not(const record_command& x) const {
  auto missing = roll_call::missing(cameras_->look(), options_.utc(),
                                    options_.clock());
  return x.without_missing || missing.empty() ? why_no_room(x)
                                              : roll_call::refusal(missing);
}

std::string session::why_no_room(const record_command& x) const {
  if (!told_folder_.empty())
    return "data.dir: " + told_folder_;
  if (!options_.late->fault(options_.clock()).empty())
    return "the disk does not take the last session's manifest";
  auto disk = disk_.look();
  if (x.force || options_.min_minutes == 0
      || !disk.ends_within(options_.min_minutes * 60))
    return {};
  return "the disk is full in less than " + std::to_string(options_.min_minutes)
         + " minutes, " + describe(disk)
         + "; make room, or start with \"force\":true";
}

void session::note_absences() {
  for (auto& x : cameras_->look())
    if (auto why = why_away(x); !why.empty())
      x.ledger->absent_because(session_.start_ms, why);
}

std::string session::why_other(const record_command& x) const {
  auto present = next_ && !session_.open() ? next_->label : session_.label;
  if (x.label.empty() || x.label == present || (!session_.open() && !next_))
    return {};
  return "the session that is recorded is "
         + (present.empty() ? std::string{"without a label"} : present)
         + ", not " + x.label;
}

void session::beat() {
  guard_disk();
  error_.age(options_.clock(), news_ns);
  note_absences();
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
      file_.outdate();
    }
    file_.write_if_news(now, [this] {
      return manifest_view(session_, past_, cameras_->look());
    });
    // A session that was over before this actor began gets its time, too.
    auto waited_ms = std::min(session_ms - session_.stop_ms,
                              (now - born_ns_) / 1'000'000);
    auto patience_ms = session_.hurry ? hurry_patience_ms : finish_patience_ms;
    if (!session_.open())
      complete(waited_ms > patience_ms);
  }
  complete_late();
  show_fault();
  show_folder();
  show_state(state());
  tell();
}

void session::show_fault() {
  auto fault = manifest_fault();
  if (fault == told_fault_)
    return;
  told_fault_ = fault;
  if (fault.empty())
    return;
  show_error(fault);
  log_error(who(), fault);
}

void session::show_folder() {
  auto trouble = options_.folder ? options_.folder->trouble() : "";
  alarms().set("data.dir", trouble);
  if (trouble == told_folder_)
    return;
  if (trouble.empty())
    log_info(who(), "data.dir is as it was before: ", told_folder_);
  else
    log_error(who(), "data.dir: ", trouble);
  told_folder_ = trouble;
}

void session::write() {
  file_.write(manifest_view(session_, past_, cameras_->look()));
}

std::string session::manifest_fault() const {
  auto now = options_.clock();
  auto fault = file_.fault(now);
  return fault.empty() ? options_.late->fault(now) : fault;
}

void session::complete(bool time_is_up) {
  auto late = who_is_at(session_, cameras_->look(), *sensors_);
  if (late.empty()) {
    if (file_.state() != "finished")
      write();
    file_.wait(last_patience);
  }
  if (file_.is_closed()) {
    log_info(who(), "session ", session_.start_ms, " is complete");
    file_.forget();
    return forget_session();
  }
  if (time_is_up)
    leave_late(late);
}

void session::leave_late(const std::vector<std::string>& who_is_late) {
  note_error(who_is_late.empty()
               ? "the session's manifest was not written in time"
               : "not all files of the session were completed in time: "
                   + list_of(who_is_late));
  log_error(who(), error_.now());
  // Its manifest says `stopping` until its files are complete. If that is not
  // before this process ends, the next start of the client completes them.
  write();
  file_.wait(last_patience);
  late_session x{session_, past_, {}, sensors_, file_};
  for (auto& camera : cameras_->look())
    x.cameras.push_back(frozen(camera));
  if (auto oldest = options_.late->add(std::move(x))) {
    auto why = "session " + std::to_string(oldest->session.start_ms)
               + " is left to the next start of the client: more than "
               + std::to_string(late_sessions::max_sessions)
               + " sessions are not complete";
    log_error(who(), why);
    note_error(error_.now() + "; " + why);
  }
  forget_session();
}

void session::leave_all_late() {
  if (options_.late->empty())
    return;
  complete_late();
  options_.late->wait(last_patience);
  complete_late();
  for (auto& x : options_.late->look())
    log_warning(who(), "session ", x.session_ms, " is left incomplete: ",
                x.who.empty() ? "its manifest" : list_of(x.who),
                "; the next start of the client completes it");
}

void session::forget_session() {
  cameras_called_.end(cameras_->look(), session_.start_ms);
  if (options_.folder)
    options_.folder->release();
  file_ = {};
  session_ = {};
  past_ = {};
  if (ending_)
    leave_all_late();
  send(parent_, session_);
  send(parent_, stopped_atom_v);
  if (auto next = std::exchange(next_, std::nullopt))
    obey(*next);
}

void session::complete_late() {
  auto now_complete = options_.late->complete(options_.clock(), [&](auto& x) {
    return manifest_view(x.session, x.past, x.cameras);
  });
  for (auto& x : now_complete)
    log_info(who(), "session ", x.start_ms, " is complete after all");
}

void session::on_exit() {
  parent_ = nullptr;
}

} // namespace camnode
