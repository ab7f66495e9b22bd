#include "actors/base/http_connection_parts.hpp"
#include "actors/base/way_back.hpp"
#include "actors/base/web_socket.hpp"

#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <chrono>
#include <utility>

namespace camnode {

using namespace std::chrono_literals;

namespace {

/// For a peer to take a message.
constexpr auto message_deadline = 5s;

} // namespace

template <class Stream>
void http_connection::open_web_socket(Stream& stream) {
  web_socket_owner owner;
  owner.alive = shared_from_this();
  owner.on_begin = [this] {
    set_deadline(message_deadline, [this] { close(); });
  };
  owner.on_sent = [this] { cancel_deadline(); };
  owner.on_end = [this] { close(); };
  auto x = std::make_shared<web_socket<Stream&>>(stream, std::move(owner));
  x->accept(input_->parser->get());
  tell_ = [x](std::string text) { x->tell(std::move(text)); };
}

void http_connection::go_live(const live_source& source) {
  if (!boost::beast::websocket::is_upgrade(input_->parser->get()))
    return refuse(426, "want a WebSocket");
  // A peer that waits for no answer is none that is understood.
  if (input_->bytes.size() > 0)
    return refuse(400, "more than the request for a WebSocket");
  listening_ = source(
    [way = way_back_, weak = weak_from_this()](const std::string& text) {
      way->post([weak, text] {
        auto me = weak.lock();
        if (me && me->tell_)
          me->tell_(text);
      });
    });
  if (!listening_)
    return refuse(503, "too many are told live already");
  cancel_deadline();
  if (tls_)
    open_web_socket(tls_->stream);
  else
    open_web_socket(socket_);
}

} // namespace camnode
