#include "nodes/bounded_middleman.hpp"

#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor_impl.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/scribe_impl.hpp>

#include <unistd.h>

#include <atomic>
#include <memory>
#include <utility>

namespace camnode {

namespace {

namespace net = caf::io::network;

/// How many connections there are. The multiplexer's thread writes.
using connection_count = std::shared_ptr<std::atomic<int>>;

/// A connection whose peer cannot have more read at once than questions need.
class bounded_scribe : public net::scribe_impl {
public:
  bounded_scribe(net::default_multiplexer& mpx, net::native_socket socket,
                 connection_count count)
    : scribe_impl(mpx, socket), count_(std::move(count)) {
    ++*count_;
  }

  ~bounded_scribe() override {
    --*count_;
  }

  void configure_read(caf::io::receive_policy::config what) override {
    // One byte is not what the header has announced, so the broker takes the
    // message for malformed, and closes.
    if (what.second > max_question_bytes)
      what = caf::io::receive_policy::exactly(1);
    scribe_impl::configure_read(what);
  }

private:
  const connection_count count_;
};

class bounded_doorman : public net::doorman_impl {
public:
  using doorman_impl::doorman_impl;

  bool new_connection() override {
    if (detached()) // From the broker, which has been told to close.
      return false;
    auto& mpx = acceptor_.backend();
    auto socket = acceptor_.accepted_socket();
    if (*count_ >= max_connections) {
      close(socket);
      return true;
    }
    auto scribe = caf::make_counted<bounded_scribe>(mpx, socket, count_);
    auto handle = scribe->hdl();
    parent()->add_scribe(std::move(scribe));
    return doorman::new_connection(&mpx, handle);
  }

private:
  const connection_count count_ = std::make_shared<std::atomic<int>>(0);
};

class bounded_middleman : public caf::io::middleman_actor_impl {
public:
  using middleman_actor_impl::middleman_actor_impl;

protected:
  caf::expected<caf::io::doorman_ptr> open(uint16_t port, const char* address,
                                           bool reuse) override {
    auto socket = net::new_tcp_acceptor_impl(port, address, reuse);
    if (!socket)
      return std::move(socket.error());
    auto& mpx = static_cast<net::default_multiplexer&>(
      system().middleman().backend());
    return caf::io::doorman_ptr{
      caf::make_counted<bounded_doorman>(mpx, *socket)};
  }
};

} // namespace

caf::io::middleman_actor make_bounded_middleman(caf::actor_system& system) {
  // What caf::io::make_middleman_actor does for the class above.
  return system.spawn<bounded_middleman, caf::detached + caf::hidden>(
    system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP")));
}

} // namespace camnode
