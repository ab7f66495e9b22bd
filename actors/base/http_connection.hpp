#pragma once

#include "actors/base/http_door.hpp"
#include "actors/base/http_request.hpp"
#include "actors/base/socket_acceptor.hpp"
#include "actors/base/tls_identity.hpp"
#include "messages/frame.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace camnode {

class way_back;
struct http_target;

/// What all connections of a port have in common.
struct http_entry {
  /// Null at a Unix socket: whoever comes in may operate.
  std::shared_ptr<http_door> door;
  tls_identity_ptr tls; ///< Null: in the clear.

  /// Answers what is below `/api/`; empty: there is nothing. Called on the I/O
  /// thread; must return at once.
  std::function<http_page(const http_request&)> api;
  bool api_alone = false; ///< Whether `api` answers all there is.

  std::string who; ///< In the log.
};

/// One connection of an HTTP/1.1 server: reads requests, has them answered,
/// and sends the answers. What a peer may take of us is bounded: a request has
/// 8 KiB and 64 KiB of a body, and 5 s to come, as has a handshake; an answer
/// has 30 s to be found by another thread, and 5 s to be taken, as has each 256
/// KiB of a longer one; a connection has 75 s between two requests. Everything
/// runs on the I/O thread.
class http_connection : public std::enable_shared_from_this<http_connection> {
public:
  /// @param entry Outlives it, up to `close`.
  http_connection(stream_socket socket, const http_entry& entry);
  virtual ~http_connection();

  /// Shakes hands, where there is TLS, and reads the first request. Closes
  /// where there is no certificate that anyone would believe.
  virtual void start();

  /// Ends the connection.
  void close();

  /// Whether it may be closed to make room for a new one.
  virtual bool makes_room() const {
    return !tell_;
  }

  /// `client_clock_ns` when its present request began to come; between two of
  /// them, when the last one was answered; before the first, when it came.
  int64_t since_ns() const {
    return since_ns_;
  }

  /// Whether a whole request has come from there.
  bool has_asked() const {
    return has_asked_;
  }

protected:
  using error_code = boost::system::error_code;

  /// Answers a GET of somebody who may look, by `respond`, `refuse` or
  /// `send_answer`.
  virtual void answer(const http_request& request, const http_target& target)
    = 0;

  /// The peer has not said anything in the time that a request has to come.
  virtual void on_silence() {
    close();
  }

  /// The connection has ended: forget it.
  virtual void on_close() = 0;

  /// A request is refused. @returns What the peer is told: one line.
  virtual http_page refusal(unsigned status, const std::string& why);

  /// Bytes have come. @returns Whether they are part of a request; else they
  /// are dropped, and reading only notices the end of the connection.
  virtual bool wants_requests() {
    return true;
  }

  /// Sends a whole answer, now or later; goes on with the next request, or
  /// closes.
  void respond(http_page page);

  /// Sends an answer of one line that says why, and closes.
  /// @param allow What is allowed instead, with status 405.
  void refuse(unsigned status, const std::string& why, std::string allow = {});

  /// Sends an answer that is given whole. @param head With its blank line.
  void send_answer(std::string head, std::string body, frame_ptr picture);

  /// Sends all of `from`, which stays until then, and goes on with `then`;
  /// closes where that fails.
  void send(boost::asio::const_buffer from, std::function<void()> then);

  /// Whether it speaks TLS, so that `socket_` is not to be written to.
  bool has_tls() const {
    return tls_ != nullptr;
  }

  /// Sends some of `from` over TLS: what fits into a record of it, 16 KiB.
  void send_some_tls(const std::array<boost::asio::const_buffer, 3>& from,
                     std::function<void(error_code, size_t)> then);

  /// Ends the head of an answer.
  std::string_view head_end() const {
    return keep_alive_ ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
  }

  void read();
  void forget_input();

  /// Calls `then` after `delay`, unless called again or closed before.
  void set_deadline(std::chrono::milliseconds delay,
                    std::function<void()> then);
  void cancel_deadline() {
    deadline_.cancel();
  }

  bool closed() const {
    return closed_;
  }

  const http_entry& entry() const {
    return entry_;
  }

  stream_socket socket_;
  int64_t received_ns_ = 0; ///< `capture_clock_ns` of the newest bytes.
  bool keep_alive_ = false;
  bool head_only_ = false;

private:
  struct input; ///< What the peer has sent, and its parser.
  struct tls_layer;

  /// What is to be done on the I/O thread with what another one found.
  using on_found = std::function<void(http_connection&)>;

  /// Waits for another thread, for as long as it has.
  /// @param on_late Called if nothing is found by then.
  /// @returns What takes what was found, once, on any thread; nothing comes of
  ///          it where nobody waits for it any more.
  std::function<void(on_found)> wait_for_other(std::function<void()> on_late);

  void shake_hands();
  bool has_heard() const;

  template <class Buffers, class Handler>
  void read_some(const Buffers& into, Handler handler);

  template <class Buffers, class Handler>
  void write_all(const Buffers& from, Handler handler);

  void on_read(error_code err, size_t n);
  void parse();
  bool takes_posts() const {
    return entry_.api != nullptr;
  }
  bool wants_body() const;
  void check_request();
  http_request request_of() const;

  /// The one place where it is judged who may do what.
  void judge(http_request request, const http_target& target);
  void turn_away(http_verdict verdict);
  void respond_later(const http_page& page);
  void send_file(std::string head, std::shared_ptr<const http_file> file);
  void read_piece();
  void send_piece(std::string piece);
  void after_answer(error_code err);
  void go_live(const live_source& source);
  template <class Stream>
  void open_web_socket(Stream& stream);
  void drain();

  const http_entry& entry_;
  bool asks_api_; ///< The present request, as far as it is known.
  int64_t since_ns_;
  bool has_asked_ = false;
  boost::asio::steady_timer deadline_;
  bool closed_ = false;
  std::unique_ptr<input> input_;
  std::unique_ptr<tls_layer> tls_; ///< Null: no TLS.
  const std::shared_ptr<way_back> way_back_;
  uint64_t waits_ = 0; ///< How often another thread was waited for.
  std::string answer_head_;
  std::string answer_body_;
  frame_ptr answer_picture_;
  std::shared_ptr<const http_file> answer_file_;
  uint64_t file_sent_ = 0;                ///< Bytes of that.
  std::function<void(std::string)> tell_; ///< Of a WebSocket; else empty.
  std::shared_ptr<void> listening_;       ///< What it is told.
};

/// Who is to make room for a new connection: of those that never asked
/// anything, or else of all, the one that has been at the same thing for
/// longest. @param from Shared pointers to connections.
/// @returns Null if nobody can.
template <class Connection, class Range>
std::shared_ptr<Connection> who_makes_room(const Range& from) {
  auto rank = [](auto& x) { return std::pair{x.has_asked(), x.since_ns()}; };
  std::shared_ptr<Connection> result;
  for (auto& x : from)
    if (x->makes_room() && (!result || rank(*x) < rank(*result)))
      result = x;
  return result;
}

} // namespace camnode
