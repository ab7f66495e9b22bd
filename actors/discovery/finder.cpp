#include "actors/discovery/finder.hpp"

#include "actors/base/log.hpp"
#include "actors/discovery/camera_address.hpp"
#include "actors/observed/mqtt_link.hpp"
#include "messages/clock.hpp"
#include "messages/text.hpp"
#include "messages/wire/announcement.hpp"
#include "messages/wire/record_command.hpp"
#include "messages/wire/reply_topic.hpp"

#include <utility>

namespace camnode {

namespace {

constexpr auto beat_interval = std::chrono::milliseconds(250);

/// How often servers are asked for their IP, as the legacy client does.
constexpr int64_t ask_interval_ns = 15'000'000'000;

/// Whose alarm it is where two servers have one id: the option's.
constexpr auto namesake_alarm = "node.id";

constexpr auto ignored_alarm = "ignored servers";
constexpr auto client_alarm = "this client";

} // namespace

finder::finder(caf::actor_config& cfg, const actor_context& context,
               finder_options options, make_mqtt_client make_client,
               client_supervisor_actor parent)
  : observed(cfg, context),
    options_(std::move(options)),
    make_client_(std::move(make_client)),
    parent_(std::move(parent)),
    table_(table_options()) {
  if (options_.broker_host == "localhost")
    broker_ips_ = {"127.0.0.1"};
  else if (auto ip = canonical_ip(options_.broker_host))
    broker_ips_ = {*ip};
}

server_table_options finder::table_options() {
  auto result = options_.servers;
  result.why_no_camera = [this](const std::string& ip) {
    return why_no_camera_at(ip, broker_ips_, broadcasts_);
  };
  return result;
}

finder::behavior_type finder::make_behavior() {
  show_state("looking for the broker");
  subscriptions_ = std::make_shared<subscriptions>(
    who(),
    std::vector<std::string>{options_.topic_announce + "/+", reply_topic(),
                             options_.topic_command, status_topic()});
  client_ = make_client_(options_.client_id,
                         mqtt_will{status_topic(), offline_status()},
                         messages_to(this, queue_, subscriptions_,
                                     client_clock_ns));
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](link_up_atom) { linked(); },
    [this](link_down_atom, const std::string& reason) { unlinked(reason); },
    [this](wake_atom) { drain(); },
    [this](publish_atom, std::string status) {
      status_ = std::move(status);
      publish_status();
    },
    [this](found_atom, const std::vector<std::string>& x) { located(x); },
    [this](beat_atom) { beat(); },
  };
}

std::string finder::reply_topic() const {
  return options_.topic_response + "/" + options_.client_id;
}

std::string finder::status_topic() const {
  return options_.topic_status + "/" + options_.client_id;
}

std::string finder::offline_status() const {
  return R"({"client":")" + options_.client_id + R"(","state":"offline"})";
}

void finder::linked() {
  linked_ = true;
  if (options_.on_link)
    options_.on_link(true);
  log_info(who(), "connected to the broker");
  subscriptions_->link_up(client_clock_ns());
  subscribe();
  if (!status_.empty())
    publish_status();
  asked_ns_ = 0; // Ask with the next beat.
  look_up();
}

void finder::unlinked(const std::string& reason) {
  linked_ = false;
  subscriptions_->link_down();
  if (options_.on_link)
    options_.on_link(false);
  show_state("no broker");
  show_error(reason);
  log_warning(who(), reason, "; going on with the servers known");
}

void finder::publish_status() {
  lights_.said(status_);
  client_->publish(status_topic(), status_, true);
}

void finder::look_up() {
  if (!broker_ips_.empty() || options_.broker_host.empty())
    return;
  auto self = caf::actor_cast<caf::weak_actor_ptr>(
    caf::actor_cast<caf::strong_actor_ptr>(ctrl()));
  options_.look_up(options_.broker_host, [self](std::vector<std::string> x) {
    if (auto strong = self.lock())
      caf::anon_send(caf::actor_cast<finder_actor>(strong), found_atom_v,
                     std::move(x));
  });
}

void finder::located(const std::vector<std::string>& broker) {
  broker_ips_ = broker;
  if (!broker_ips_.empty() && std::exchange(held_back_, false))
    client_->subscribe(options_.topic_announce + "/+");
}

bool finder::is_too_early(const std::string& ip) {
  auto result = broker_ips_.empty() && is_loopback_address(ip);
  held_back_ = held_back_ || result;
  return result;
}

void finder::subscribe() {
  auto trouble = subscriptions_->keep_up(*client_, alarms(), client_clock_ns());
  if (!trouble.empty())
    show_error(trouble);
}

void finder::drain() {
  auto turn = take_turn(*queue_, [this](const mqtt_message& x) { take(x); });
  if (turn.more) {
    send(this, wake_atom_v);
    fetch_.missed(client_clock_ns()); // The broker may have dropped some.
  }
  if (turn.dropped == 0)
    return;
  dropped_ += turn.dropped;
  if (drops_.admits(client_clock_ns()))
    log_warning(who(), "dropped ", turn.dropped,
                " messages of the broker, too many at once or too large; ",
                dropped_, " in all");
}

void finder::take(const mqtt_message& x) {
  if (x.topic == options_.topic_command)
    take_command(x);
  else if (x.topic == reply_topic())
    take_answer(x);
  else if (x.topic == status_topic())
    take_light(x);
  else
    take_announcement(x);
}

void finder::take_announcement(const mqtt_message& x) {
  if (x.payload.empty()) { // Somebody cleared the retained announcement.
    auto id = x.topic.substr(x.topic.rfind('/') + 1);
    table_.cleared(id);
    if (is_node_id(id))
      send(parent_, lost_atom_v, id);
    return;
  }
  auto server = parse_announcement(x.topic, x.payload);
  if (!server)
    return refuse(x, server.error());
  if (!is_too_early(server->ip))
    report(table_.announced(*server));
}

void finder::take_answer(const mqtt_message& x) {
  auto ip = parse_ip_answer(x.payload);
  if (!ip)
    return refuse(x, ip.error());
  if (!is_too_early(*ip))
    report(table_.answered(*ip, client_clock_ns()));
}

void finder::take_command(const mqtt_message& x) {
  if (x.retained) {
    // Said before we were here: obeying it now would record by surprise.
    log_warning(who(), "ignored a retained recording command");
    return;
  }
  auto command = parse_record_command(x.payload);
  if (command) {
    send(parent_, *command);
  } else {
    refuse(x, command.error());
    send(parent_, refuse_atom_v, describe(command.error()));
  }
}

void finder::take_light(const mqtt_message& x) {
  if (!x.retained && !x.payload.empty() && x.payload != offline_status())
    lights_.hear(x.payload, client_clock_ns());
}

void finder::refuse(const mqtt_message& x, const caf::error& why) {
  ++refused_;
  show_error(describe(why));
  if (refusals_.admits(client_clock_ns()))
    log_warning(who(), "refused message number ", refused_, ", on ",
                quote(x.topic), ": ", describe(why), refusals_.more());
}

void finder::report(const server_events& events) {
  for (auto& x : events) {
    if (x.what == server_event::kind::lost)
      send(parent_, lost_atom_v, x.server);
    else
      send(parent_, found_atom_v, x.server);
  }
  if (!events.empty())
    tell_of_namesakes();
}

void finder::tell_of_namesakes() {
  auto text = table_.namesakes();
  if (text == namesakes_)
    return;
  alarms().set(namesake_alarm, text);
  if (text.empty())
    log_info(who(), "no two servers have one id any more");
  else
    log_error(who(), text);
  namesakes_ = std::move(text);
}

void finder::tell_of_refused() {
  auto& refused = table_.refused();
  if (std::exchange(no_room_, refused.counts().table_full)
      != refused.counts().table_full)
    fetch_.missed(client_clock_ns());
  for (auto& line : refused.take_news())
    log_warning(who(), line);
  auto text = refused.in_words();
  if (text == ignored_)
    return;
  alarms().set(ignored_alarm, text);
  if (text.empty())
    log_info(who(), "no server is ignored any more");
  ignored_ = std::move(text);
}

void finder::tell_of_other_client(int64_t now_ns) {
  auto has_other = lights_.has_other(now_ns);
  if (has_other == other_client_)
    return;
  other_client_ = has_other;
  if (!has_other) {
    alarms().set(client_alarm, {});
    log_info(who(), "no other client calls itself '", options_.client_id,
             "' any more");
    return;
  }
  auto text = "another client calls itself '" + options_.client_id
              + "': what is told of the two on " + status_topic()
              + " cannot be told apart; give it another node.id";
  alarms().set(client_alarm, text);
  show_error(text);
  log_error(who(), text);
}

void finder::fetch_again(int64_t now_ns) {
  if (!fetch_.is_due(now_ns))
    return;
  log_debug(who(), "fetching all announcements again");
  client_->subscribe(options_.topic_announce + "/+");
  asked_ns_ = 0;
}

std::string finder::state() const {
  auto& x = table_.refused().counts();
  auto ignored = x.bad_address + x.not_allowed + x.table_full;
  return std::to_string(table_.servers().size()) + " servers known"
         + refusals_text(refused_, dropped_)
         + (ignored == 0 ? ""
                         : "; ignored: " + std::to_string(x.bad_address)
                             + " for their address, "
                             + std::to_string(x.not_allowed) + " not allowed, "
                             + std::to_string(x.table_full) + " without room");
}

void finder::beat() {
  auto now = client_clock_ns();
  subscribe();
  if (linked_) {
    fetch_again(now);
    if (asked_ns_ == 0 || now - asked_ns_ >= ask_interval_ns) {
      asked_ns_ = now;
      broadcasts_ = broadcast_addresses();
      look_up();
      client_->publish(options_.topic_request, reply_topic(), false);
    }
    // Without a broker nobody can answer: silence then means nothing.
    report(table_.tick(now));
    tell_of_refused();
    show_state(state());
  }
  tell_of_other_client(now);
  delayed_send(this, beat_interval, beat_atom_v);
}

void finder::on_exit() {
  if (client_)
    client_->say_goodbye(status_topic(), offline_status());
  client_.reset();
  if (subscriptions_)
    subscriptions_->end(alarms());
  // The next life finds them anew.
  for (auto* alarm : {namesake_alarm, ignored_alarm, client_alarm})
    alarms().set(alarm, {});
  parent_ = nullptr;
}

} // namespace camnode
