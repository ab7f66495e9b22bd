#pragma once

#include "actors/base/http_connection.hpp"
#include "actors/shared/frame_ring.hpp"
#include "actors/stream_publisher/stream_hub.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/multipart.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// One connection to the stream port, to read the stream or only a page: finds
/// out which protocol its peer speaks, answers requests, and sends frames.
/// Everything runs on the I/O thread.
class stream_reader : public http_connection {
public:
  /// @param origin Who the peer is, as far as limits are concerned.
  stream_reader(stream_hub& hub, stream_socket socket,
                boost::asio::ip::address origin);

  const boost::asio::ip::address& origin() const {
    return origin_;
  }

  void start() override;

  /// There is a new frame in the ring.
  /// @param oldest What the ring still holds.
  void on_frame(frame_ring::position oldest);

  /// Whether it reads the stream, and not only pages.
  bool streams() const {
    return mode_ >= mode::live;
  }

  /// Whether it is one that may miss frames, or is about to be.
  bool is_live() const {
    return live_;
  }

  bool makes_room() const override {
    return !streams();
  }

  /// When a reader in the middle of a frame last took a byte; 0 for others.
  int64_t stuck_since_ns() const {
    return current_ ? progress_ns_ : 0;
  }

private:
  enum class mode { greeting, requests, live, lossless, legacy };

  // -- requests ---------------------------------------------------------------

  void answer(const http_request& request, const http_target& target) override;

  /// Whether a peer that says nothing gets the legacy stream, which knows no
  /// tokens and no TLS.
  bool takes_legacy() const {
    return !entry().tls
           && !(entry().door && entry().door->wants_token_to_look());
  }
  void on_close() override;
  http_page refusal(unsigned status, const std::string& why) override;
  bool wants_requests() override;
  void on_silence() override;
  void turn_legacy_away();
  void answer_stream(const http_target& target);
  void answer_snapshot();

  std::shared_ptr<stream_reader> me() {
    return std::static_pointer_cast<stream_reader>(shared_from_this());
  }

  // -- frames -----------------------------------------------------------------

  static const char* mode_name(mode x);
  std::string peer() const;
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

  /// The same over TLS, piece by piece.
  void write_over_tls();

  /// The peer has taken `n` bytes of the present frame.
  /// @returns Whether that was all of it.
  bool took(size_t n);

  /// Whether the peer takes the present frame too slowly, which the ring has
  /// let go of.
  bool too_slow();

  stream_hub& hub_;
  const boost::asio::ip::address origin_;
  mode mode_ = mode::greeting;
  bool live_ = false; ///< It has one of the places of live readers.
  std::string stream_head_;

  frame_ring::position cursor_ = 0;
  reader_gauge_ptr gauge_;              ///< Null but while it streams.
  frame_ptr current_;                   ///< Being sent; null between frames.
  std::optional<stream_position> last_; ///< What the reader has.
  std::array<char, part_header_capacity> header_;
  std::array<boost::asio::const_buffer, 3> unsent_;
  int64_t progress_ns_ = 0; ///< When the peer last took a byte.
  int64_t gone_ns_ = 0; ///< Since when the ring lacks the present frame; or 0.
};

} // namespace camnode
