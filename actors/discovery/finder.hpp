#pragma once

#include "actors/base/log_pace.hpp"
#include "actors/base/mqtt_client.hpp"
#include "actors/base/mqtt_queue.hpp"
#include "actors/discovery/fetch_schedule.hpp"
#include "actors/discovery/light_watch.hpp"
#include "actors/discovery/local_address.hpp"
#include "actors/discovery/server_table.hpp"
#include "actors/observed/observed.hpp"
#include "actors/observed/subscriptions.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string>

namespace camnode {

/// Where a FINDER looks, and what it may find.
struct finder_options {
  std::string client_id;
  std::string topic_request;
  std::string topic_response;
  std::string topic_announce;
  std::string topic_command;
  std::string topic_status;

  /// Its functions are called on the actor's thread; `why_no_camera` is set by
  /// the finder.
  server_table_options servers;

  /// Where the broker is: cameras are on loopback only where it is there, too.
  std::string broker_host;
  look_up_host look_up = look_up_in_background;

  /// Hears whether there is a connection to the broker, on the actor's thread.
  std::function<void(bool up)> on_link = {};
};

/// DISCOVERY on a client: reports servers found and lost to the supervisor,
/// passes recording commands on to it, and publishes the truth light for it,
/// with a will that says `offline`. Names whom it does not take as a server,
/// and raises an alarm while there are such, or another client of its id. What
/// was missed in a flood is fetched again.
class finder : public observed<finder_actor::base> {
public:
  finder(caf::actor_config& cfg, const actor_context& context,
         finder_options options, make_mqtt_client make_client,
         client_supervisor_actor parent);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  std::string reply_topic() const;
  std::string status_topic() const;
  std::string offline_status() const;

  server_table_options table_options();

  /// Whether a server at `ip` can only be judged once the broker's address is
  /// known; it is fetched again then.
  bool is_too_early(const std::string& ip);

  /// Has the broker's name looked up, unless its address is known.
  void look_up();
  void located(const std::vector<std::string>& broker);
  void linked();
  void unlinked(const std::string& reason);
  void publish_status();
  void fetch_again(int64_t now_ns);

  /// Subscribes to what is due.
  void subscribe();
  void drain();
  void take(const mqtt_message& x);
  void take_announcement(const mqtt_message& x);
  void take_answer(const mqtt_message& x);
  void take_command(const mqtt_message& x);
  void take_light(const mqtt_message& x);
  void refuse(const mqtt_message& x, const caf::error& why);
  void report(const server_events& events);

  /// Says that servers have one id, or have no more.
  void tell_of_namesakes();
  void tell_of_refused();
  void tell_of_other_client(int64_t now_ns);
  std::string state() const;
  void beat();

  const finder_options options_;
  const make_mqtt_client make_client_;
  client_supervisor_actor parent_;
  const mqtt_queue_ptr queue_ = std::make_shared<mqtt_queue>();
  subscriptions_ptr subscriptions_;
  mqtt_client_ptr client_;
  server_table table_;
  std::string status_; ///< The newest truth light.
  bool linked_ = false;
  int64_t asked_ns_ = 0; ///< When servers were last asked for their IP.
  uint64_t refused_ = 0;
  uint64_t dropped_ = 0;
  log_pace refusals_;
  log_pace drops_;
  std::string namesakes_; ///< What was told of them.
  std::string ignored_;   ///< What was told of those that are refused.
  std::vector<std::string> broker_ips_; ///< Empty where not known yet.
  std::vector<std::string> broadcasts_;
  bool held_back_ = false; ///< Somebody on loopback waits for `broker_ips_`.
  uint64_t no_room_ = 0;   ///< How many had none, as of the last beat.
  fetch_schedule fetch_;
  light_watch lights_;
  bool other_client_ = false; ///< Whether it was told.
};

} // namespace camnode
