#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace camnode {

/// Whose connection a WebSocket is on.
struct web_socket_owner {
  std::shared_ptr<void> alive;    ///< Held for as long as the stream is in use.
  std::function<void()> on_begin; ///< Of a message that is sent.
  std::function<void()> on_sent;
  std::function<void()> on_end; ///< The peer is gone, or is to go.
};

/// A WebSocket (RFC 6455) on which somebody is told texts, and says nothing:
/// whatever comes but answers to pings is the end of it, as is a silence of
/// 20 s. Of several texts that wait, the newest is sent. On the I/O thread.
template <class Stream>
class web_socket : public std::enable_shared_from_this<web_socket<Stream>> {
public:
  /// @param stream In use until the end; a reference, or what is moved here.
  web_socket(Stream&& stream, web_socket_owner owner)
    : owner_(std::move(owner)), socket_(std::forward<Stream>(stream)) {
  }

  /// Answers the request that asks for it.
  template <class Request>
  void accept(const Request& request) {
    using namespace std::chrono_literals;
    using base = boost::beast::websocket::stream_base;
    socket_.read_message_max(1024);
    socket_.set_option(base::timeout{5s, 20s, true});
    socket_.async_accept(request, [me = this->shared_from_this()](auto err) {
      if (err)
        return me->owner_.on_end();
      me->open_ = true;
      me->read();
      me->send();
    });
  }

  void tell(std::string text) {
    next_ = std::move(text);
    send();
  }

private:
  /// Ends with the first message, or with the connection.
  void read() {
    socket_.async_read(heard_, [me = this->shared_from_this()](auto, size_t) {
      me->owner_.on_end();
    });
  }

  void send() {
    if (!open_ || sending_ || !next_)
      return;
    sending_ = std::move(next_);
    next_.reset();
    owner_.on_begin();
    socket_.text(true);
    socket_.async_write(boost::asio::buffer(*sending_),
                        [me = this->shared_from_this()](auto err, size_t) {
                          me->sending_.reset();
                          if (err)
                            return me->owner_.on_end();
                          me->owner_.on_sent();
                          me->send();
                        });
  }

  const web_socket_owner owner_;
  boost::beast::websocket::stream<Stream> socket_;
  boost::beast::flat_buffer heard_;
  std::optional<std::string> next_;
  std::optional<std::string> sending_;
  bool open_ = false;
};

} // namespace camnode
