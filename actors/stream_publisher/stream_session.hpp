#pragma once

#include "actors/shared/frame_ring.hpp"
#include "actors/stream_publisher/stream_hub.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/multipart.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// One connection to the stream port: finds out which protocol its peer
/// speaks, answers requests, and sends frames. Everything runs on the I/O
/// thread.
class stream_session : public std::enable_shared_from_this<stream_session> {
public:
  stream_session(stream_hub& hub, boost::asio::ip::tcp::socket socket);
  ~stream_session();

  void start();

  /// There is a new frame in the ring.
  /// @param oldest What the ring still holds.
  void on_frame(frame_ring::position oldest);

  /// Ends the connection and leaves the hub.
  void close();

private:
  using error_code = boost::system::error_code;

  struct request_input; ///< What the peer has sent, and its parser.

  enum class mode { greeting, requests, live, lossless, legacy };

  bool streams() const {
    return mode_ >= mode::live;
  }

  // -- requests ---------------------------------------------------------------

  void read();
  void on_read(error_code err, size_t n);
  void on_silence();
  void parse();
  void answer();
  void answer_stream(const http_target& target);
  void answer_snapshot();
  void refuse(unsigned status, const std::string& why);

  /// Sends a whole answer; goes on with the next request, or closes.
  void respond(unsigned status, std::string_view type, std::string body);
  void send_answer(std::string head, std::string body, frame_ptr picture);
  void after_answer(error_code err);
  void drain();

  /// Calls `then` after `delay`, unless called again or closed before.
  void set_deadline(std::chrono::milliseconds delay,
                    void (stream_session::*then)());

  // -- frames -----------------------------------------------------------------

  void begin_stream(mode x, frame_ring::position from);

  /// Sends what there is to send, as far as the socket has room for it.
  void pump();

  /// Prepares the next frame, if there is one.
  bool take_next();
  void prepare_lossless();
  void prepare_part(const frame_gap& gap);
  void prepare_legacy();

  /// Sends what is left of the present frame.
  /// @returns Whether all of it is sent; else it goes on when there is room.
  bool write_some();
  void wait_for_room();

  stream_hub& hub_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  mode mode_ = mode::greeting;
  bool closed_ = false;

  std::unique_ptr<request_input> request_;
  int64_t received_ns_ = 0; ///< When the newest bytes came.
  bool keep_alive_ = false;
  bool head_only_ = false;
  std::string answer_head_;
  std::string answer_body_;

  frame_ring::position cursor_ = 0;
  frame_ptr current_;                   ///< Being sent; null between frames.
  std::optional<stream_position> last_; ///< What the reader has.
  std::array<char, part_header_capacity> header_;
  std::array<boost::asio::const_buffer, 3> unsent_;
  int64_t progress_ns_ = 0; ///< When the peer last took a byte.
};

} // namespace camnode
