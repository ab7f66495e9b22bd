#pragma once

#include "actors/base/tls_authority.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace camnode {

/// One connection to a peer whom we call, over TCP or a Unix socket: in the
/// clear, or with TLS once `start_tls` is done. Lives until all that was begun
/// has called back. One thread at a time.
class peer_stream : public std::enable_shared_from_this<peer_stream> {
public:
  using error_code = boost::system::error_code;
  using socket_type = boost::asio::generic::stream_protocol::socket;
  using bytes_done = std::function<void(error_code, size_t)>;

  /// @param why Where it is for TLS that there is no connection: the end of a
  ///        sentence on the peer, `speaks no TLS`. Empty otherwise.
  using tls_done = std::function<void(error_code, const std::string& why)>;

  explicit peer_stream(boost::asio::io_context& io);
  ~peer_stream();

  /// To connect it, to set it up, and to close it.
  socket_type& socket() {
    return socket_;
  }

  bool is_encrypted() const {
    return tls_ != nullptr;
  }

  /// Has both sides speak TLS from now on, if the peer's certificate is of that
  /// authority and for that name; else nothing is sent but a greeting.
  /// @param may_be_ip Whether the name may be an address.
  void start_tls(const tls_authority& authority, const std::string& name,
                 bool may_be_ip, tls_done done);

  /// @param text Must outlive the call of `done`.
  void async_write(const std::string& text, bytes_done done);

  /// Reads what there is, straight into `to`: with TLS only into the first
  /// buffer that has room.
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& to, Handler done) {
    if (is_encrypted())
      return read_decrypted(first_with_room(to), std::move(done));
    socket_.async_read_some(to, [me = shared_from_this(),
                                 done = std::move(done)](error_code err,
                                                         size_t n) mutable {
      done(err, n);
    });
  }

  /// Ends all that was begun, with an error.
  void close();

private:
  struct tls;

  template <class Buffers>
  static boost::asio::mutable_buffer first_with_room(const Buffers& x) {
    auto i = boost::asio::buffer_sequence_begin(x);
    auto end = boost::asio::buffer_sequence_end(x);
    for (; i != end; ++i)
      if (boost::asio::mutable_buffer{*i}.size() > 0)
        return *i;
    return {};
  }

  void read_decrypted(boost::asio::mutable_buffer to, bytes_done done);

  socket_type socket_;
  std::unique_ptr<tls> tls_; ///< Null: none.
};

} // namespace camnode
