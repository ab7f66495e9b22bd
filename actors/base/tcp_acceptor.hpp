#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// A listening TCP port. `close` is for the I/O thread, the rest for any.
class tcp_acceptor : public std::enable_shared_from_this<tcp_acceptor> {
public:
  explicit tcp_acceptor(boost::asio::io_context& io);

  /// Opens the port, on any thread. @param port 0: any free one.
  /// @returns `ec::listen_failed` with address and reason.
  caf::error listen(const std::string& host, uint16_t port);

  /// The port that is open; 0 before `listen`.
  uint16_t port() const {
    return port_;
  }

  /// Calls `take` on the I/O thread for whoever connects, until `close`.
  void start(std::function<void(boost::asio::ip::tcp::socket)> take);

  void close();

private:
  void accept();
  void accepted(boost::system::error_code err,
                boost::asio::ip::tcp::socket socket);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_; ///< Before accepting again after an error.
  std::function<void(boost::asio::ip::tcp::socket)> take_;
  uint16_t port_ = 0;
};

} // namespace camnode
