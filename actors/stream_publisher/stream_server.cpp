#include "actors/stream_publisher/stream_server.hpp"

#include "actors/shared/tcp_acceptor.hpp"
#include "actors/stream_publisher/stream_hub.hpp"
#include "actors/stream_publisher/stream_session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace camnode {

namespace asio = boost::asio;

struct stream_server::implementation
  : std::enable_shared_from_this<stream_server::implementation> {
  implementation(asio::io_context& io, std::shared_ptr<frame_ring> ring,
                 stream_server_options options)
    : context(io), acceptor(std::make_shared<tcp_acceptor>(io)) {
    hub.ring = std::move(ring);
    hub.options = std::move(options);
  }

  void take(asio::ip::tcp::socket socket);
  void watch_ring();
  void serve();
  void close();

  asio::io_context& context;
  const std::shared_ptr<tcp_acceptor> acceptor;
  stream_hub hub;
  uint64_t listener = 0;
  std::atomic<bool> serving{false}; ///< A `serve` is queued.
};

void stream_server::implementation::take(asio::ip::tcp::socket socket) {
  if (hub.sessions.size() >= hub.options.max_connections) {
    ++hub.counters.refused;
    return;
  }
  ++hub.counters.accepted;
  auto session = std::make_shared<stream_session>(hub, std::move(socket));
  hub.sessions.insert(session);
  session->start();
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
  acceptor->close();
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
  run_and_wait(impl_->context, [this] { impl_->close(); });
}

caf::error stream_server::start() {
  auto& options = impl_->hub.options;
  if (auto err = impl_->acceptor->listen(options.host, options.port))
    return err;
  impl_->watch_ring();
  impl_->acceptor->start([weak = std::weak_ptr<implementation>(impl_)](
                           asio::ip::tcp::socket socket) {
    if (auto strong = weak.lock())
      strong->take(std::move(socket));
  });
  return caf::none;
}

uint16_t stream_server::port() const {
  return impl_->acceptor->port();
}

stream_figures stream_server::figures() const {
  return impl_->hub.counters.look();
}

} // namespace camnode
