#include "actors/base/socket_acceptor.hpp"

#include "actors/base/socket_probe.hpp"
#include "messages/error.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;

namespace {

caf::error failure(const std::string& where, const char* what,
                   const error_code& err) {
  return caf::make_error(ec::listen_failed,
                         where + ": " + what + ": " + err.message());
}

tcp::endpoint tcp_endpoint(const asio::generic::stream_protocol::endpoint& x) {
  tcp::endpoint result;
  auto n = std::min<size_t>(x.size(), result.capacity());
  std::memcpy(result.data(), x.data(), n);
  result.resize(n);
  return result;
}

/// Whether `path` is a socket at which nobody listens any more.
bool is_left_over(const std::string& path) {
  struct stat file;
  return lstat(path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode)
         && probe_socket(path) == ECONNREFUSED;
}

} // namespace

tcp::endpoint peer_of(const stream_socket& x, error_code& err) {
  auto peer = x.remote_endpoint(err);
  auto family = peer.protocol().family();
  if (!err && family != AF_INET && family != AF_INET6)
    err = asio::error::address_family_not_supported;
  return err ? tcp::endpoint{} : tcp_endpoint(peer);
}

asio::ip::address origin_of(const asio::ip::address& peer) {
  if (peer.is_v4() || peer.is_loopback())
    return peer;
  auto v6 = peer.to_v6();
  if (v6.is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), uint8_t{0});
  return asio::ip::address_v6{bytes};
}

socket_acceptor::socket_acceptor(asio::io_context& io)
  : acceptor_(io), pause_(io) {
}

caf::error socket_acceptor::listen(const std::string& host, uint16_t port) {
  auto where = host + ":" + std::to_string(port);
  error_code err;
  auto address = asio::ip::make_address(host, err);
  if (err)
    return failure(where, "not an IP address", err);
  tcp::endpoint endpoint{address, port};
  if (acceptor_.open(endpoint.protocol(), err))
    return failure(where, "cannot open a socket", err);
  acceptor_.set_option(asio::socket_base::reuse_address(true), err);
  if (acceptor_.bind(endpoint, err))
    return failure(where, "cannot bind", err);
  if (acceptor_.listen(asio::socket_base::max_listen_connections, err))
    return failure(where, "cannot listen", err);
  port_ = tcp_endpoint(acceptor_.local_endpoint(err)).port();
  return caf::none;
}

caf::error socket_acceptor::listen_at(const std::string& path, unsigned mode) {
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return caf::make_error(ec::listen_failed,
                           path + ": a socket's path may have "
                             + std::to_string(sizeof(sockaddr_un::sun_path) - 1)
                             + " bytes");
  error_code err;
  local::endpoint endpoint{path};
  if (acceptor_.open(endpoint.protocol(), err))
    return failure(path, "cannot open a socket", err);
  if (acceptor_.bind(endpoint, err) && err == asio::error::address_in_use
      && is_left_over(path) && unlink(path.c_str()) == 0)
    acceptor_.bind(endpoint, err);
  if (err)
    return failure(path, "cannot bind", err);
  path_ = path;
  chmod(path.c_str(), mode); // Before it listens, nobody can come in.
  if (acceptor_.listen(asio::socket_base::max_listen_connections, err))
    return failure(path, "cannot listen", err);
  return caf::none;
}

void socket_acceptor::start(std::function<void(stream_socket)> take) {
  asio::post(acceptor_.get_executor(),
             [me = shared_from_this(), take = std::move(take)]() mutable {
               me->take_ = std::move(take);
               if (me->acceptor_.is_open())
                 me->accept();
             });
}

void socket_acceptor::accept() {
  acceptor_.async_accept(
    [me = shared_from_this()](error_code err, stream_socket socket) {
      me->accepted(err, std::move(socket));
    });
}

void socket_acceptor::accepted(error_code err, stream_socket socket) {
  if (!acceptor_.is_open())
    return;
  if (err) {
    // Out of descriptors, say: wait, as accepting again fails at once.
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([me = shared_from_this()](error_code e) {
      if (!e && me->acceptor_.is_open())
        me->accept();
    });
    return;
  }
  take_(std::move(socket));
  accept();
}

void socket_acceptor::close() {
  // First, as the path of a closed socket may be another node's already.
  if (!path_.empty())
    unlink(std::exchange(path_, {}).c_str());
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

} // namespace camnode
