#include "actors/discovery/finder.hpp"

#include "actors/shared/log.hpp"
#include "actors/shared/mqtt_link.hpp"
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

} // namespace

finder::finder(caf::actor_config& cfg, const actor_context& context,
               finder_options options, make_mqtt_client make_client,
               client_supervisor_actor parent)
  : observed(cfg, context),
    options_(std::move(options)),
    make_client_(std::move(make_client)),
    parent_(std::move(parent)),
    table_(options_.allowed, options_.connected) {
}

finder::behavior_type finder::make_behavior() {
  show_state("looking for the broker");
  subscriptions_ = std::make_shared<subscriptions>(
    who(), std::vector<std::string>{options_.topic_announce + "/+",
                                    reply_topic(), options_.topic_command});
  client_ = make_client_(options_.client_id,
                         mqtt_will{status_topic(), offline_status()},
                         messages_to(this, queue_, subscriptions_,
                                     client_clock_ns));
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](link_up_atom) { linked(); },
    [this](link_down_atom, const std::string& reason) {
      linked_ = false;
      subscriptions_->link_down();
      if (options_.on_link)
        options_.on_link(false);
      show_state("no broker");
      show_error(reason);
      log_warning(who(), reason, "; going on with the servers known");
    },
    [this](wake_atom) { drain(); },
    [this](publish_atom, std::string status) {
      status_ = std::move(status);
      client_->publish(status_topic(), status_, true);
    },
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
    client_->publish(status_topic(), status_, true);
  asked_ns_ = 0; // Ask with the next beat.
}

void finder::subscribe() {
  auto trouble = subscriptions_->keep_up(*client_, directory(),
                                         client_clock_ns());
  if (!trouble.empty())
    show_error(trouble);
}

void finder::drain() {
  auto turn = take_turn(*queue_, [this](const mqtt_message& x) { take(x); });
  if (turn.more)
    send(this, wake_atom_v);
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
  else
    take_announcement(x);
}

void finder::take_announcement(const mqtt_message& x) {
  if (x.payload.empty()) // Somebody cleared the retained announcement.
    return;
  auto server = parse_announcement(x.topic, x.payload);
  if (!server)
    return refuse(x, server.error());
  report(table_.announced(*server));
}

void finder::take_answer(const mqtt_message& x) {
  auto ip = parse_ip_answer(x.payload);
  if (!ip)
    return refuse(x, ip.error());
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
    send(parent_, record_command{}, describe(command.error()));
  }
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
  directory().set_alarm(namesake_alarm, text);
  if (text.empty())
    log_info(who(), "no two servers have one id any more");
  else
    log_error(who(), text);
  namesakes_ = std::move(text);
}

void finder::beat() {
  auto now = client_clock_ns();
  subscribe();
  if (linked_ && (asked_ns_ == 0 || now - asked_ns_ >= ask_interval_ns)) {
    asked_ns_ = now;
    client_->publish(options_.topic_request, reply_topic(), false);
  }
  // Without a broker nobody can answer: silence then means nothing.
  if (linked_)
    report(table_.tick(now));
  if (linked_)
    show_state(std::to_string(table_.servers().size()) + " servers known"
               + refusals_text(refused_, dropped_));
  delayed_send(this, beat_interval, beat_atom_v);
}

void finder::on_exit() {
  if (client_)
    client_->say_goodbye(status_topic(), offline_status());
  client_.reset();
  if (subscriptions_)
    subscriptions_->end(directory());
  directory().set_alarm(namesake_alarm, {}); // The next life finds them anew.
  parent_ = nullptr;
}

} // namespace camnode
