#pragma once

#include "actors/base/log_pace.hpp"
#include "actors/base/mqtt_client.hpp"
#include "actors/base/mqtt_queue.hpp"
#include "actors/discovery/local_address.hpp"
#include "actors/discovery/namesake_watch.hpp"
#include "actors/observed/observed.hpp"
#include "actors/observed/subscriptions.hpp"
#include "actors/shared/frame_ring.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode {

/// What an ANNOUNCER says, and where.
struct announcer_options {
  std::string topic_request;  ///< getIP requests come here.
  std::string topic_response; ///< The only prefix that is answered on.
  std::string topic_announce; ///< Prefix of the announcement.
  server_info server; ///< Without port; `ip` is empty where it is automatic.
  std::string broker_host; ///< The automatic IP is the one towards it.
  uint16_t broker_port = 1883;

  /// What is wrong with the camera; empty while it is well. On the actor's
  /// thread. Without it, nothing is said of the camera.
  std::function<std::string()> camera_trouble = {};

  /// How often the camera delivers, in frames per 1000 s; 0 if unknown.
  /// On the actor's thread. Empty: `server` says it.
  std::function<uint32_t()> rate_mhz = {};

  bool ipv4_only = true; ///< The stream's port takes no IPv6.
  look_up_host look_up = look_up_in_background; ///< Finds the broker's address.
};

/// DISCOVERY on a server: announces it (retained, with a will that takes it
/// back) and keeps it announced, raises an alarm while another server has the
/// same id, while somebody says that it is elsewhere, and while the broker does
/// not pass on what it announces, and answers getIP requests under the response
/// prefix; others are counted and logged. Its goodbye blocks for up to 1 s:
/// runs detached.
class announcer : public observed<announcer_actor::base> {
public:
  /// @param stream_port The port that is open now, 0 while none is.
  /// @param ring Tells the size of the picture.
  announcer(caf::actor_config& cfg, const actor_context& context,
            announcer_options options, make_mqtt_client make_client,
            std::function<uint16_t()> stream_port,
            std::shared_ptr<frame_ring> ring);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void link_up();
  void link_down(const std::string& reason);
  void beat();
  std::string announce_topic() const;
  mqtt_will will(bool goodbye = false) const;

  /// Subscribes to what is due.
  void subscribe();

  /// Has the broker's name looked up, unless that is on its way.
  void look_up();
  void located(const std::vector<std::string>& broker);

  /// Brings `server_` up to date. Blocks on nothing.
  void refresh();

  /// Brings the broker up to date.
  void update();
  bool has_news() const;
  void take_back();
  std::string why_not_online() const;
  void announce();
  void drain();
  void take(const mqtt_message& x);
  void answer(const mqtt_message& request);
  void hear(const mqtt_message& announcement);
  void found_namesake(const server_info& x);
  void found_claim(const server_info& x);

  /// Raises an alarm while nothing of what was announced comes back, and ends
  /// that on claims that nobody repeats.
  void judge_silence();
  void forget_silence();

  /// With the next beat, so that no flood of others becomes one of ours.
  void announce_again();
  void refuse(const std::string& what, const caf::error& why);

  /// Shows `state`, and how many messages were not taken.
  void say(std::string state);

  const announcer_options options_;
  const make_mqtt_client make_client_;
  const std::function<uint16_t()> stream_port_;
  const std::shared_ptr<frame_ring> ring_;
  const mqtt_queue_ptr queue_ = std::make_shared<mqtt_queue>();
  subscriptions_ptr subscriptions_;
  mqtt_client_ptr client_;

  /// What this connection's broker was told last: what an earlier one was told
  /// means nothing, as its will has taken that back.
  std::optional<server_info> announced_;
  server_info server_;
  namesake_watch namesakes_;
  std::vector<std::string> broker_ips_; ///< As last looked up.
  bool looking_up_ = false;
  int beats_to_look_up_ = 0;
  bool linked_ = false;
  int told_beats_ = 0;    ///< Since the last announcement.
  int unheard_beats_ = 0; ///< For how long no announcement of ours came back.
  bool awaited_ = false;  ///< Whether one that was published has to come back.
  bool unheard_told_ = false;
  int claimed_beats_ = 0; ///< Until the alarm about a claim ends.
  int closed_beats_ = 0;  ///< For how long the stream cannot be reached, while
                          ///< there is a broker.
  uint64_t answered_ = 0;
  std::string state_; ///< Without the figures.
  uint64_t refused_ = 0;
  uint64_t dropped_ = 0;
  log_pace refusals_;
  log_pace drops_;
};

} // namespace camnode
