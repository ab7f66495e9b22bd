#include "actors/discovery/announcer.hpp"

#include "actors/base/log.hpp"
#include "actors/observed/mqtt_link.hpp"
#include "messages/clock.hpp"
#include "messages/text.hpp"
#include "messages/wire/announcement.hpp"
#include "messages/wire/reply_topic.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(500);

/// The broker's name is looked up when it is there, and seldom from then on:
/// after 30 s, or 5 s where the name is not known.
constexpr int look_up_beats = 60;
constexpr int look_up_again_beats = 10;

/// A stream port that is closed for 5 s will not be open in a moment.
constexpr int closed_beats = 10;

/// A camera that fails in ever new ways, or changes its rate, is announced
/// every 2 s at most.
constexpr int camera_beats = 4;

// Whose alarms these are: the options'.
constexpr auto namesake_alarm = "node.id"; ///< Another server has our id.
constexpr auto silence_alarm
  = "mqtt.topic-announce"; ///< The broker does not pass on what we announce.
constexpr auto claim_alarm = "stream.advertise"; ///< Said to be elsewhere.

/// What a broker passes on comes back at once; a busy one takes its time.
constexpr int silent_beats = 20;

/// After this, an announcement that did not come back is tried again; from then
/// on each `silent_beats`.
constexpr int repeat_beats = 10;

/// How long an alarm outlives its claim, so that somebody sees it.
constexpr int claim_beats = 120;

/// As much of `x` as an announcement takes.
std::string trouble_text(std::string_view x) {
  auto result = to_utf8(x).substr(0, server_info::max_trouble_bytes);
  while (!is_utf8(result)) // Cut within a character.
    result.pop_back();
  return result;
}

/// What is measured is never the same twice, and is no news for that.
uint32_t steady_rate(uint32_t told, uint32_t now) {
  auto change = std::max(told, now) - std::min(told, now);
  return change <= told / 10 ? told : now;
}

std::string address_of(const server_info& x) {
  return x.ip + ":" + std::to_string(x.port);
}

} // namespace

announcer::announcer(caf::actor_config& cfg, const actor_context& context,
                     announcer_options options, make_mqtt_client make_client,
                     std::function<uint16_t()> stream_port,
                     std::shared_ptr<frame_ring> ring)
  : observed(cfg, context),
    options_(std::move(options)),
    make_client_(std::move(make_client)),
    stream_port_(std::move(stream_port)),
    ring_(std::move(ring)),
    server_(options_.server),
    namesakes_(options_.server.epoch) {
}

announcer::behavior_type announcer::make_behavior() {
  say("looking for the broker");
  subscriptions_ = std::make_shared<subscriptions>(
    who(), std::vector<std::string>{options_.topic_request, announce_topic()});
  client_ = make_client_(server_.id, will(),
                         messages_to(this, queue_, subscriptions_,
                                     client_clock_ns));
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](link_up_atom) { link_up(); },
    [this](link_down_atom, const std::string& reason) { link_down(reason); },
    [this](wake_atom) { drain(); },
    [this](found_atom, const std::vector<std::string>& x) { located(x); },
    [this](beat_atom) { beat(); },
  };
}

void announcer::link_up() {
  linked_ = true;
  log_info(who(), "connected to the broker");
  subscriptions_->link_up(client_clock_ns());
  subscribe();
  announced_.reset();
  closed_beats_ = 0;
  namesakes_.forget();
  alarms().set(namesake_alarm, {});
  forget_silence();
  look_up();
  refresh();
  update();
}

void announcer::link_down(const std::string& reason) {
  linked_ = false;
  forget_silence();
  subscriptions_->link_down();
  say("no broker");
  show_error(reason);
  log_warning(who(), reason, "; streaming goes on without a broker");
}

void announcer::beat() {
  subscribe();
  if (linked_ && --beats_to_look_up_ <= 0)
    look_up();
  ++told_beats_;
  refresh();
  update();
  judge_silence();
  delayed_send(this, beat_interval, beat_atom_v);
}

std::string announcer::announce_topic() const {
  return options_.topic_announce + "/" + server_.id;
}

mqtt_will announcer::will(bool goodbye) const {
  auto gone = server_;
  gone.online = false;
  gone.goodbye = goodbye;
  gone.camera_trouble.clear();
  // A parser wants an address and a port even of a server that is gone.
  if (gone.ip.empty())
    gone.ip = "0.0.0.0";
  if (gone.port == 0)
    gone.port = 1;
  return {announce_topic(), write_announcement(gone)};
}

void announcer::subscribe() {
  auto trouble = subscriptions_->keep_up(*client_, alarms(), client_clock_ns());
  if (!trouble.empty())
    show_error(trouble);
}

void announcer::look_up() {
  if (!options_.server.ip.empty() || looking_up_)
    return;
  looking_up_ = true;
  auto self = caf::actor_cast<caf::weak_actor_ptr>(
    caf::actor_cast<caf::strong_actor_ptr>(ctrl()));
  options_.look_up(options_.broker_host, [self](std::vector<std::string> x) {
    if (auto strong = self.lock())
      caf::anon_send(caf::actor_cast<announcer_actor>(strong), found_atom_v,
                     std::move(x));
  });
}

void announcer::located(const std::vector<std::string>& broker) {
  looking_up_ = false;
  // A name server that is gone does not move the broker.
  if (!broker.empty())
    broker_ips_ = broker;
  beats_to_look_up_ = broker.empty() ? look_up_again_beats : look_up_beats;
  refresh();
  if (server_.online)
    update();
}

void announcer::refresh() {
  server_.port = stream_port_();
  if (options_.server.ip.empty())
    server_.ip = announceable_address(
      broker_ips_, options_.ipv4_only, [this](const std::string& ip) {
        return local_address_towards(ip, options_.broker_port);
      });
  if (auto newest = ring_->newest()) {
    server_.width = newest->width;
    server_.height = newest->height;
  }
  if (options_.camera_trouble)
    server_.camera_trouble = trouble_text(options_.camera_trouble());
  if (options_.rate_mhz)
    server_.rate_mhz = steady_rate(server_.rate_mhz, options_.rate_mhz());
  server_.online = server_.port != 0 && !server_.ip.empty();
}

void announcer::update() {
  closed_beats_ = server_.online ? 0 : closed_beats_ + 1;
  if (!linked_)
    return;
  auto taken_back = announced_ && !announced_->online;
  if (server_.online && has_news())
    announce();
  else if (closed_beats_ >= closed_beats && !taken_back)
    take_back();
}

bool announcer::has_news() const {
  if (!announced_)
    return true;
  auto known = *announced_;
  known.camera_trouble = server_.camera_trouble;
  known.rate_mhz = server_.rate_mhz;
  return known != server_
         || (*announced_ != server_ && told_beats_ >= camera_beats);
}

void announcer::take_back() {
  auto x = will();
  client_->publish(x.topic, x.payload, true);
  announced_ = server_;
  awaited_ = false;
  forget_silence();
  auto why = why_not_online();
  say("not announced: " + why);
  log_warning(who(), "not announced: ", why);
}

std::string announcer::why_not_online() const {
  if (server_.port == 0)
    return "the stream port is not open";
  if (broker_ips_.empty())
    return "the name of the broker has not been found yet";
  return "no address towards the broker that the stream is open on; see "
         "stream.host and stream.advertise";
}

void announcer::announce() {
  namesakes_.announced(server_);
  awaited_ = true;
  client_->publish(announce_topic(), write_announcement(server_), true);
  announced_ = server_;
  told_beats_ = 0;
  say("announced as " + address_of(server_));
  log_info(who(), "announced ", server_.id, " at ", address_of(server_),
           server_.camera_trouble.empty() ? "" : "; camera: ",
           server_.camera_trouble);
}

void announcer::drain() {
  auto turn = take_turn(*queue_, [this](const mqtt_message& x) { take(x); });
  if (turn.more)
    send(this, wake_atom_v);
  if (turn.dropped == 0)
    return;
  dropped_ += turn.dropped;
  unheard_beats_ = 0; // What came back may be among them.
  say(state_);
  if (drops_.admits(client_clock_ns()))
    log_warning(who(), "dropped ", turn.dropped,
                " messages of the broker, too many at once or too large; ",
                dropped_, " in all");
}

void announcer::take(const mqtt_message& x) {
  if (x.topic == options_.topic_request && !x.retained)
    answer(x);
  else if (x.topic == announce_topic())
    hear(x);
}

void announcer::hear(const mqtt_message& announcement) {
  if (announcement.payload.empty()) // Somebody cleared it.
    return announce_again();
  auto x = parse_announcement(announcement.topic, announcement.payload);
  if (!x)
    return refuse("announcement in our name", x.error());
  using verdict = namesake_watch::verdict;
  switch (namesakes_.hear(*x, announcement.retained)) {
    case verdict::nothing:
      break;
    case verdict::ours:
      if (unheard_told_)
        log_info(who(), "the broker passes announcements on again");
      forget_silence();
      awaited_ = false;
      break;
    case verdict::claimed:
      found_claim(*x);
      announce_again();
      break;
    case verdict::remembered:
      if (!server_.ip.empty() && x->ip != server_.ip)
        log_warning(who(), "the broker remembers a server ", x->id, " at ",
                    address_of(*x),
                    ": if that is another one, give it another node.id");
      break;
    case verdict::namesake:
      found_namesake(*x);
      break;
    case verdict::namesake_left:
      alarms().set(namesake_alarm, {});
      log_info(who(), "the other server ", x->id, " is gone");
      [[fallthrough]];
    case verdict::overwritten:
      announce_again();
  }
}

void announcer::announce_again() {
  if (announced_ && announced_->online)
    announced_.reset();
}

void announcer::found_namesake(const server_info& x) {
  auto text = "another server calls itself '" + x.id + "', at " + address_of(x)
              + ": clients know one of the two by its IP; give it another "
                "node.id";
  alarms().set(namesake_alarm, text);
  show_error(text);
  log_error(who(), text);
}

void announcer::found_claim(const server_info& x) {
  auto text = "somebody announces '" + x.id + "', this run of it, at "
              + address_of(x) + ", where it is not: it is at "
              + address_of(server_);
  if (claimed_beats_ == 0) {
    show_error(text);
    log_error(who(), text);
  }
  claimed_beats_ = claim_beats;
  alarms().set(claim_alarm, text);
}

void announcer::forget_silence() {
  unheard_beats_ = 0;
  if (std::exchange(unheard_told_, false))
    alarms().set(silence_alarm, {});
}

void announcer::judge_silence() {
  if (claimed_beats_ > 0 && --claimed_beats_ == 0)
    alarms().set(claim_alarm, {});
  if (!linked_ || !awaited_)
    return;
  ++unheard_beats_;
  if (unheard_beats_ == repeat_beats || unheard_beats_ % silent_beats == 0) {
    // It may have been lost in a flood, or the broker's rules have changed.
    client_->subscribe(announce_topic());
    announce_again();
  }
  if (unheard_beats_ < silent_beats || std::exchange(unheard_told_, true))
    return;
  auto text = "the broker does not pass on what is published to "
              + announce_topic()
              + ": clients may not find this server; see the broker's rules "
                "(ACL) for this user";
  alarms().set(silence_alarm, text);
  show_error(text);
  log_error(who(), text);
}

void announcer::refuse(const std::string& what, const caf::error& why) {
  ++refused_;
  say(state_);
  show_error(describe(why));
  if (refusals_.admits(client_clock_ns()))
    log_warning(who(), "refused ", what, ", message number ", refused_, ": ",
                describe(why), refusals_.more());
}

void announcer::say(std::string state) {
  state_ = std::move(state);
  show_state(state_ + refusals_text(refused_, dropped_));
}

void announcer::answer(const mqtt_message& request) {
  if (auto err = check_reply_topic(request.payload, options_.topic_response))
    return refuse("getIP request", err);
  if (!server_.online && (refresh(), !server_.online))
    return;
  ++answered_;
  client_->publish(request.payload, server_.ip, false);
  log_debug(who(), "answered getIP request number ", answered_);
}

void announcer::on_exit() {
  if (client_) {
    auto x = will(true);
    client_->say_goodbye(x.topic, x.payload);
  }
  client_.reset();
  for (auto* alarm : {namesake_alarm, silence_alarm, claim_alarm})
    alarms().set(alarm, {}); // The next life finds them anew.
  if (subscriptions_)
    subscriptions_->end(alarms());
}

} // namespace camnode
