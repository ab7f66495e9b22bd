#include "nodes/inspection/bounded_broker.hpp"

#include <caf/actor_registry.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/scribe_impl.hpp>
#include <caf/send.hpp>

#include <sys/socket.h>

#include <utility>
#include <vector>

namespace camnode {

namespace {

namespace net = caf::io::network;

/// A connection whose peer cannot have more read at once than questions need,
/// nor have any number of answers kept.
class bounded_scribe : public net::scribe_impl {
public:
  using scribe_impl::scribe_impl;

  void configure_read(caf::io::receive_policy::config what) override {
    // One byte is not what the header has announced, so the broker takes the
    // message for malformed, and closes.
    if (what.second > max_question_bytes)
      what = caf::io::receive_policy::exactly(1);
    scribe_impl::configure_read(what);
  }

  void flush() override {
    if (wr_buf().size() > max_unread_bytes) {
      // The multiplexer sees the end, and lets go of it.
      shutdown(stream_.fd(), SHUT_RDWR);
      std::vector<char>{}.swap(wr_buf());
    }
    scribe_impl::flush();
  }
};

class bounded_broker : public caf::io::basp_broker {
public:
  using basp_broker::basp_broker;

  // CAF's own spawns an actor, for good, that would start actors at the peer.
  void learned_new_node_directly(const caf::node_id&, bool) override {
  }

  void learned_new_node_indirectly(const caf::node_id&) override {
  }
};

} // namespace

caf::actor make_bounded_broker(caf::actor_system& system) {
  // CAF's own actors, which anyone may ask for by their names: one spawns what
  // it is told, the other keeps what it is given, for good.
  for (auto name : {caf::atom("SpawnServ"), caf::atom("ConfigServ")})
    system.registry().erase(name);
  return system.middleman().named_broker<bounded_broker>(caf::atom("bounded"));
}

void let_in(caf::actor_system& system, const caf::actor& broker, int socket,
            uint16_t number, const caf::strong_actor_ptr& keeper,
            const std::set<std::string>& signatures) {
  auto& mpx = static_cast<net::default_multiplexer&>(
    system.middleman().backend());
  caf::io::scribe_ptr scribe{caf::make_counted<bounded_scribe>(mpx, socket)};
  caf::anon_send(broker, caf::publish_atom_v, std::move(scribe), number, keeper,
                 signatures);
}

} // namespace camnode
