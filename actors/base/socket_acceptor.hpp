#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// A connection over TCP or a Unix socket.
using stream_socket = boost::asio::generic::stream_protocol::socket;

/// The other end of a TCP connection. @param err Set for one that has ended,
/// and for Unix sockets.
boost::asio::ip::tcp::endpoint peer_of(const stream_socket& x,
                                       boost::system::error_code& err);

/// Who counts as one peer: an IPv4 address, also where it is written as IPv6,
/// or a network of IPv6 (64 bits), as a machine may take any address in it.
boost::asio::ip::address origin_of(const boost::asio::ip::address& peer);

/// A listening TCP port or Unix socket. `close` is for the I/O thread, the rest
/// for any.
class socket_acceptor : public std::enable_shared_from_this<socket_acceptor> {
public:
  explicit socket_acceptor(boost::asio::io_context& io);

  /// Opens a TCP port, on any thread. @param port 0: any free one.
  /// @returns `ec::listen_failed` with address and reason.
  caf::error listen(const std::string& host, uint16_t port);

  /// Opens a Unix socket that is there until `close`, in place of one that
  /// nobody listens at any more. @param mode Of its file; 0600, say.
  /// @returns `ec::listen_failed` with path and reason.
  caf::error listen_at(const std::string& path, unsigned mode);

  /// The port that is open; 0 before `listen`.
  uint16_t port() const {
    return port_;
  }

  /// Calls `take` on the I/O thread with each new connection, until `close`.
  void start(std::function<void(stream_socket)> take);

  void close();

private:
  void accept();
  void accepted(boost::system::error_code err, stream_socket socket);

  boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>
    acceptor_;
  boost::asio::steady_timer pause_; ///< Before accepting again after an error.
  std::function<void(stream_socket)> take_;
  uint16_t port_ = 0;
  std::string path_; ///< Of a Unix socket; else empty.
};

} // namespace camnode
