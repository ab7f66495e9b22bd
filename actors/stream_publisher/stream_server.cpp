#include "actors/stream_publisher/stream_server.hpp"

#include "actors/stream_publisher/stream_hub.hpp"
#include "actors/stream_publisher/stream_session.hpp"
#include "messages/error.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

struct stream_server::implementation
  : std::enable_shared_from_this<stream_server::implementation> {
  implementation(asio::io_context& io, std::shared_ptr<frame_ring> ring,
                 stream_server_options options)
    : context(io), acceptor(io), pause(io) {
    hub.ring = std::move(ring);
    hub.options = std::move(options);
  }

  caf::error listen();
  void accept();
  void accepted(boost::system::error_code err, tcp::socket socket);
  void watch_ring();
  void serve();
  void close();

  asio::io_context& context;
  tcp::acceptor acceptor;
  asio::steady_timer pause; ///< Before accepting again after an error.
  stream_hub hub;
  uint64_t listener = 0;
  uint16_t port = 0;
  std::atomic<bool> serving{false}; ///< A `serve` is queued.
};

caf::error stream_server::implementation::listen() {
  boost::system::error_code err;
  auto where = hub.options.host + ":" + std::to_string(hub.options.port);
  auto fail = [&](const char* what) {
    return caf::make_error(ec::listen_failed,
                           where + ": " + what + ": " + err.message());
  };
  auto address = asio::ip::make_address(hub.options.host, err);
  if (err)
    return fail("not an IP address");
  tcp::endpoint endpoint{address, hub.options.port};
  if (acceptor.open(endpoint.protocol(), err))
    return fail("cannot open a socket");
  acceptor.set_option(tcp::acceptor::reuse_address(true), err);
  if (acceptor.bind(endpoint, err))
    return fail("cannot bind");
  if (acceptor.listen(asio::socket_base::max_listen_connections, err))
    return fail("cannot listen");
  port = acceptor.local_endpoint(err).port();
  return caf::none;
}

void stream_server::implementation::accept() {
  acceptor.async_accept([me = shared_from_this()](boost::system::error_code err,
                                                  tcp::socket socket) {
    me->accepted(err, std::move(socket));
  });
}

void stream_server::implementation::accepted(boost::system::error_code err,
                                             tcp::socket socket) {
  if (!acceptor.is_open())
    return;
  if (err) {
    // Out of descriptors, say: wait, as accepting again fails at once.
    pause.expires_after(std::chrono::milliseconds(100));
    pause.async_wait([me = shared_from_this()](boost::system::error_code e) {
      if (!e)
        me->accept();
    });
    return;
  }
  if (hub.sessions.size() >= hub.options.max_connections) {
    ++hub.counters.refused;
  } else {
    ++hub.counters.accepted;
    auto session = std::make_shared<stream_session>(hub, std::move(socket));
    hub.sessions.insert(session);
    session->start();
  }
  accept();
}

void stream_server::implementation::watch_ring() {
  listener = hub.ring->listen([weak = weak_from_this()] {
    auto me = weak.lock();
    if (me && !me->serving.exchange(true))
      asio::post(me->context, [me] { me->serve(); });
  });
}

void stream_server::implementation::serve() {
  serving = false;
  auto oldest = hub.ring->oldest_position();
  // A session may take itself out of the set while it is served.
  for (auto i = hub.sessions.begin(); i != hub.sessions.end();) {
    auto session = *i++;
    session->on_frame(oldest);
  }
}

void stream_server::implementation::close() {
  boost::system::error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  for (auto i = hub.sessions.begin(); i != hub.sessions.end();) {
    auto session = *i++;
    session->close();
  }
}

stream_server::stream_server(io_thread& io, std::shared_ptr<frame_ring> ring,
                             stream_server_options options)
  : impl_(std::make_shared<implementation>(io.context(), std::move(ring),
                                           std::move(options))) {
}

stream_server::~stream_server() {
  if (impl_->listener != 0)
    impl_->hub.ring->unlisten(impl_->listener);
  std::promise<void> closed;
  asio::post(impl_->context, [&] {
    impl_->close();
    closed.set_value();
  });
  closed.get_future().wait();
}

caf::error stream_server::start() {
  if (auto err = impl_->listen())
    return err;
  impl_->watch_ring();
  asio::post(impl_->context, [impl = impl_] { impl->accept(); });
  return caf::none;
}

uint16_t stream_server::port() const {
  return impl_->port;
}

stream_figures stream_server::figures() const {
  return impl_->hub.counters.look();
}

} // namespace camnode
