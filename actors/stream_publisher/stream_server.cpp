#include "actors/stream_publisher/stream_server.hpp"

#include "actors/base/log.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/base/socket_acceptor.hpp"
#include "actors/stream_publisher/stream_hub.hpp"
#include "actors/stream_publisher/stream_reader.hpp"
#include "messages/clock.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

namespace asio = boost::asio;

struct stream_server::implementation
  : std::enable_shared_from_this<stream_server::implementation> {
  implementation(asio::io_context& io, std::shared_ptr<frame_ring> ring,
                 stream_server_options options)
    : context(io),
      acceptor(std::make_shared<socket_acceptor>(io)),
      hub(std::move(ring), std::move(options)) {
  }

  void take(stream_socket socket);
  std::string why_refused(const asio::ip::address& origin);
  std::shared_ptr<stream_reader> who_goes() const;
  void watch_ring();
  void serve();
  void close();

  asio::io_context& context;
  const std::shared_ptr<socket_acceptor> acceptor;
  stream_hub hub;
  log_pace refusals;
  uint64_t listener = 0;
  std::atomic<bool> serving{false}; ///< A `serve` is queued.
};

void stream_server::implementation::take(stream_socket socket) {
  boost::system::error_code err;
  auto peer = peer_of(socket, err).address();
  if (err) // Gone already.
    return;
  auto why = why_refused(origin_of(peer));
  if (!why.empty()) {
    ++hub.counters.refused;
    if (refusals.admits(client_clock_ns()))
      log_warning("stream_publisher", "refused a connection from ",
                  peer.to_string(), ": ", why, refusals.more());
    return;
  }
  ++hub.counters.accepted;
  auto reader = std::make_shared<stream_reader>(hub, std::move(socket),
                                                origin_of(peer));
  hub.readers.insert(reader);
  reader->start();
}

using reader_list = std::vector<std::shared_ptr<stream_reader>>;

// Makes room where it can.
std::string
stream_server::implementation::why_refused(const asio::ip::address& origin) {
  auto& limits = hub.options;
  reader_list of_peer;
  for (auto& x : hub.readers)
    if (x->origin() == origin)
      of_peer.push_back(x);
  auto most = origin.is_loopback() ? limits.max_local : limits.max_per_address;
  if (of_peer.size() >= most) {
    auto oldest = who_makes_room<stream_reader>(of_peer);
    if (!oldest)
      return "there are " + std::to_string(of_peer.size())
             + " from there already";
    hub.displace(oldest, "connection without a stream");
  }
  if (hub.readers.size() < limits.max_connections)
    return {};
  auto oldest = who_goes();
  if (!oldest)
    return "there are " + std::to_string(hub.readers.size()) + " already";
  hub.displace(oldest, "connection without a stream");
  return {};
}

// Of the origin that has most connections which can make room, so that who
// opens many closes his own.
std::shared_ptr<stream_reader> stream_server::implementation::who_goes() const {
  std::map<asio::ip::address, reader_list> by_origin;
  for (auto& x : hub.readers)
    if (x->makes_room())
      by_origin[x->origin()].push_back(x);
  auto most = std::max_element(by_origin.begin(), by_origin.end(),
                               [](auto& a, auto& b) {
                                 return a.second.size() < b.second.size();
                               });
  return most == by_origin.end() ? nullptr
                                 : who_makes_room<stream_reader>(most->second);
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
  // A reader may take itself out of the set while it is served.
  for (auto i = hub.readers.begin(); i != hub.readers.end();) {
    auto reader = *i++;
    reader->on_frame(oldest);
  }
}

void stream_server::implementation::close() {
  acceptor->close();
  for (auto i = hub.readers.begin(); i != hub.readers.end();) {
    auto reader = *i++;
    reader->close();
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
  impl_->acceptor->start(
    [weak = std::weak_ptr<implementation>(impl_)](stream_socket socket) {
      if (auto strong = weak.lock())
        strong->take(std::move(socket));
    });
  return caf::none;
}

uint16_t stream_server::port() const {
  return impl_->acceptor->port();
}

const stream_counters& stream_server::figures() const {
  return impl_->hub.counters;
}

} // namespace camnode
