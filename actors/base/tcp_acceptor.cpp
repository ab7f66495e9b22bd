#include "actors/base/tcp_acceptor.hpp"

#include "messages/error.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

tcp_acceptor::tcp_acceptor(asio::io_context& io) : acceptor_(io), pause_(io) {
}

caf::error tcp_acceptor::listen(const std::string& host, uint16_t port) {
  boost::system::error_code err;
  auto fail = [&](const char* what) {
    return caf::make_error(ec::listen_failed, host + ":" + std::to_string(port)
                                                + ": " + what + ": "
                                                + err.message());
  };
  auto address = asio::ip::make_address(host, err);
  if (err)
    return fail("not an IP address");
  tcp::endpoint endpoint{address, port};
  if (acceptor_.open(endpoint.protocol(), err))
    return fail("cannot open a socket");
  acceptor_.set_option(tcp::acceptor::reuse_address(true), err);
  if (acceptor_.bind(endpoint, err))
    return fail("cannot bind");
  if (acceptor_.listen(asio::socket_base::max_listen_connections, err))
    return fail("cannot listen");
  port_ = acceptor_.local_endpoint(err).port();
  return caf::none;
}

void tcp_acceptor::start(std::function<void(tcp::socket)> take) {
  asio::post(acceptor_.get_executor(),
             [me = shared_from_this(), take = std::move(take)]() mutable {
               me->take_ = std::move(take);
               if (me->acceptor_.is_open())
                 me->accept();
             });
}

void tcp_acceptor::accept() {
  acceptor_.async_accept(
    [me = shared_from_this()](boost::system::error_code err,
                              tcp::socket socket) {
      me->accepted(err, std::move(socket));
    });
}

void tcp_acceptor::accepted(boost::system::error_code err, tcp::socket socket) {
  if (!acceptor_.is_open())
    return;
  if (err) {
    // Out of descriptors, say: wait, as accepting again fails at once.
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([me = shared_from_this()](boost::system::error_code e) {
      if (!e && me->acceptor_.is_open())
        me->accept();
    });
    return;
  }
  take_(std::move(socket));
  accept();
}

void tcp_acceptor::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

} // namespace camnode
