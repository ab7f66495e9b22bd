#include "actors/base/peer_stream.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace camnode {

namespace asio = boost::asio;

struct peer_stream::tls {
  tls(socket_type& socket, asio::ssl::context& context)
    : stream(socket, context) {
  }

  asio::ssl::stream<socket_type&> stream;
  std::string disbelief; ///< What is wrong with the peer's certificate.
};

namespace {

/// What to say of a greeting that came to nothing, for another reason than the
/// peer's certificate.
std::string why_no_tls(const boost::system::error_code& err) {
  if (err == asio::ssl::error::stream_truncated || err == asio::error::eof
      || err == asio::error::connection_reset)
    return "hangs up where TLS begins: does it speak TLS, and is its "
           "certificate still valid?";
  if (err.category() != asio::error::get_ssl_category())
    return {};
  auto code = static_cast<unsigned long>(err.value());
  auto reason = ERR_GET_REASON(code);
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)
    return "speaks no TLS";
  auto text = ERR_reason_error_string(code);
  return std::string{"does not come to terms about TLS: "}
         + (text != nullptr ? text : "without a reason");
}

} // namespace

peer_stream::peer_stream(asio::io_context& io) : socket_(io) {
}

peer_stream::~peer_stream() = default;

void peer_stream::start_tls(const tls_authority& authority,
                            const std::string& name, bool may_be_ip,
                            tls_done done) {
  SSL_CTX_up_ref(authority.context.get()); // Asio lets go of one.
  asio::ssl::context context{authority.context.get()};
  tls_ = std::make_unique<tls>(socket_, context);
  auto& stream = tls_->stream;
  if (!expect_name(stream.native_handle(), name, may_be_ip))
    return asio::post(socket_.get_executor(), [done = std::move(done)] {
      done(asio::error::invalid_argument,
           "has no name that a certificate could be for");
    });
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(
    [this, name, source = authority.source](bool good,
                                            asio::ssl::verify_context& check) {
      if (!good)
        tls_->disbelief = why_disbelieved(check.native_handle(), name, source);
      return good;
    });
  stream.async_handshake(asio::ssl::stream_base::client,
                         [me = shared_from_this(),
                          done = std::move(done)](error_code err) {
                           auto& why = me->tls_->disbelief;
                           done(err, why.empty() ? why_no_tls(err) : why);
                         });
}

void peer_stream::async_write(const std::string& text, bytes_done done) {
  auto then = [me = shared_from_this(), done = std::move(done)](error_code err,
                                                                size_t n) {
    done(err, n);
  };
  if (is_encrypted())
    asio::async_write(tls_->stream, asio::buffer(text), std::move(then));
  else
    asio::async_write(socket_, asio::buffer(text), std::move(then));
}

void peer_stream::read_decrypted(asio::mutable_buffer to, bytes_done done) {
  tls_->stream.async_read_some(to, [me = shared_from_this(),
                                    done = std::move(done)](error_code err,
                                                            size_t n) {
    // Few say goodbye before they hang up.
    done(err == asio::ssl::error::stream_truncated ? asio::error::eof : err, n);
  });
}

void peer_stream::close() {
  error_code ignored;
  socket_.close(ignored);
}

} // namespace camnode
