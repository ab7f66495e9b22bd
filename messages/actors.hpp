#pragma once

// Every typed actor interface. The comments are the protocol.

#include "messages/type_ids.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// The CAMERA interface.
using camera_actor = caf::typed_actor<
  // From its source: it is over, for this reason. The camera ends with it.
  caf::reacts_to<ended_atom, caf::error>,
  // To itself: looks whether frames still come.
  caf::reacts_to<beat_atom>>;

/// The STREAM PUBLISHER interface.
using stream_publisher_actor = caf::typed_actor<
  // To itself: shows its figures in the tree.
  caf::reacts_to<beat_atom>>;

/// What every actor with an MQTT connection hears of it, from paho's thread.
using mqtt_listener_actor = caf::typed_actor<
  // Connected, for the first time or again: nothing is subscribed yet.
  caf::reacts_to<link_up_atom>,
  // The connection is lost, or a first one failed; paho goes on trying.
  caf::reacts_to<link_down_atom, std::string>,
  // There are messages in its queue.
  caf::reacts_to<wake_atom>>;

/// The ANNOUNCER interface: DISCOVERY on a server.
using announcer_actor = mqtt_listener_actor::extend<
  // The addresses that the broker's name stands for; none if it is not known.
  caf::reacts_to<found_atom, std::vector<std::string>>,
  // To itself: looks whether what is announced still holds.
  caf::reacts_to<beat_atom>>;

/// The FINDER interface: DISCOVERY on a client.
using finder_actor = mqtt_listener_actor::extend<
  // Publishes the truth light (JSON), retained; kept for a reconnect.
  caf::reacts_to<publish_atom, std::string>,
  // The addresses that the broker's name stands for; none if it is not known.
  caf::reacts_to<found_atom, std::vector<std::string>>,
  // To itself: asks for legacy servers, and drops those that went silent.
  caf::reacts_to<beat_atom>>;

/// The VIEWER interface.
using viewer_actor = caf::typed_actor<
  // The server is here, perhaps at a new address: connect now, whatever the
  // back-off says.
  caf::reacts_to<server_info>,
  // From its connection.
  caf::reacts_to<stream_event>,
  // To itself: connect again, if this is still attempt `n`.
  caf::reacts_to<retry_atom, uint64_t>,
  // To itself: shows its figures.
  caf::reacts_to<beat_atom>>;

/// The RECORDER interface.
using recorder_actor = caf::typed_actor<
  // A session to record, or the news that it has a `stop_ms`.
  caf::reacts_to<session_info>,
  // To itself: there is more to read.
  caf::reacts_to<wake_atom>,
  // To itself: reads what is there, makes it durable, and ends a stopped
  // session.
  caf::reacts_to<beat_atom>>;

/// The SENSOR LOG interface.
using sensor_log_actor = mqtt_listener_actor::extend<
  // A session to log, or the news that it has a `stop_ms`.
  caf::reacts_to<session_info>,
  // To itself: flushes, cuts, and ends a stopped session.
  caf::reacts_to<beat_atom>>;

/// The STATUS PORT interface.
using status_port_actor = caf::typed_actor<
  // To itself: looks at the disk, and opens the port where it is not open.
  caf::reacts_to<beat_atom>>;

/// The SESSION interface: starts and stops recording, keeps its manifest, and
/// tells the truth about it.
using session_actor = caf::typed_actor<
  // Start or stop. A stop without a session, or a start within one, changes
  // nothing and is answered in the truth light.
  caf::reacts_to<record_command>,
  // Why a command could not be understood: counted, and told.
  caf::reacts_to<refuse_atom, std::string>,
  // The node is ending: stop, and wait for nobody who is away.
  caf::reacts_to<stop_atom>,
  // To itself: looks at the books, tells, and cuts the manifest.
  caf::reacts_to<beat_atom>>;

/// The INSPECTOR interface.
using inspector_actor = caf::typed_actor<
  // To itself: opens the ports that are not open, and takes a sample of what
  // rates are made of.
  caf::reacts_to<beat_atom>>;

/// The SUPERVISOR interface, of which a server needs no more.
using supervisor_actor = caf::typed_actor<
  // To itself: start child `name` again, if it is still in life `n`.
  caf::reacts_to<restart_atom, std::string, uint64_t>,
  // Ends child `name`, so that supervision can be seen to work.
  caf::reacts_to<kill_atom, std::string>,
  // Ends the children in order, then itself.
  caf::reacts_to<stop_atom>,
  // To itself: the children of stop phase `n` have had their time.
  caf::reacts_to<stop_atom, int>,
  // To itself: looks after the children; a client's ends the pairs of servers
  // that are gone, too.
  caf::reacts_to<beat_atom>>;

/// The CLIENT SUPERVISOR interface.
using client_supervisor_actor = supervisor_actor::extend<
  // From FINDER: a server is here, perhaps with a new address or run.
  caf::reacts_to<found_atom, server_info>,
  // From FINDER: a server said goodbye, or is silent.
  caf::reacts_to<lost_atom, server_info>,
  // From FINDER: somebody has cleared the announcement of the server with this
  // id, which so is not to be listed once it is gone.
  caf::reacts_to<lost_atom, std::string>,
  // From FINDER, for SESSION.
  caf::reacts_to<record_command>,
  // From FINDER, for SESSION: why a command could not be understood.
  caf::reacts_to<refuse_atom, std::string>,
  // From SESSION, for every recorder and SENSOR LOG.
  caf::reacts_to<session_info>,
  // From SESSION: all of a stopped session is on disk.
  caf::reacts_to<stopped_atom>,
  // From SESSION, for FINDER.
  caf::reacts_to<publish_atom, std::string>>;

} // namespace camnode
