#pragma once

#include "actors/shared/frame_ring.hpp"
#include "actors/shared/mqtt_client.hpp"
#include "actors/shared/observed.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// What an ANNOUNCER says, and where.
struct announcer_options {
  std::string topic_request;  ///< getIP requests come here.
  std::string topic_response; ///< The only prefix that is answered on.
  std::string topic_announce; ///< Prefix of the announcement.
  server_info server; ///< Without port; `ip` is empty where it is automatic.
  std::string broker_host; ///< The automatic IP is the one towards it.
  uint16_t broker_port = 1883;
};

/// DISCOVERY on a server: announces it (retained, with a will that takes it
/// back), and answers getIP requests under the response prefix; others are
/// counted and logged. Blocks on name resolution: runs detached.
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
  std::string announce_topic() const;
  mqtt_will will() const;

  /// Brings `server_` up to date.
  void refresh();
  void announce();
  void answer(const mqtt_message& request);

  const announcer_options options_;
  const make_mqtt_client make_client_;
  const std::function<uint16_t()> stream_port_;
  const std::shared_ptr<frame_ring> ring_;
  mqtt_client_ptr client_;
  server_info announced_; ///< What the broker was told last.
  server_info server_;
  bool linked_ = false;
  uint64_t answered_ = 0;
  uint64_t refused_ = 0;
};

} // namespace camnode
