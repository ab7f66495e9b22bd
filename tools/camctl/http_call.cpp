#include "tools/camctl/http_call.hpp"

#include "tools/camctl/wording.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace camctl {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using camnode::ec;
using steady = std::chrono::steady_clock;
using any_socket = asio::generic::stream_protocol::socket;
using tcp = asio::ip::tcp;
using tls_stream = asio::ssl::stream<any_socket&>;

std::string seconds_text(std::chrono::milliseconds x) {
  auto text = std::to_string(x.count() / 1000);
  if (x.count() % 1000 != 0)
    text += "." + std::to_string(x.count() % 1000 / 100);
  return text + " s";
}

/// One of the places where a node may be found.
struct place {
  asio::generic::stream_protocol::endpoint endpoint;
  std::string host; ///< As a node wants it: no name, but for `localhost`.
};

std::vector<place> look_up(const std::string& host, uint16_t port) {
  asio::io_context io;
  error_code err;
  std::vector<place> result;
  for (auto& x : tcp::resolver{io}.resolve(host, std::to_string(port), err)) {
    std::ostringstream text;
    text << x.endpoint();
    result.push_back({x.endpoint(), text.str()});
  }
  return result;
}

/// Has a reference of its own to `x`, for Asio to let go of.
SSL_CTX* shared(const camnode::tls_context_ptr& x) {
  SSL_CTX_up_ref(x.get());
  return x.get();
}

/// Whether it begins as a record of TLS: an alert, or a handshake.
bool is_tls(std::string_view x) {
  return !x.empty() && (x[0] == 0x15 || x[0] == 0x16);
}

/// Whether it may become an answer.
bool may_be_http(std::string_view x) {
  constexpr std::string_view begin = "HTTP/1.";
  auto n = std::min(x.size(), begin.size());
  return x.substr(0, n) == begin.substr(0, n);
}

/// One question and its answer, step by step, until the time is up.
class http_call {
public:
  http_call(const node_address& at, std::chrono::milliseconds timeout)
    : at_(at),
      timeout_(timeout),
      deadline_(steady::now() + timeout),
      socket_(io_) {
  }

  caf::expected<http_answer> ask(const http_question& question,
                                 const camnode::tls_context_ptr& tls) {
    auto places = find();
    if (!places)
      return places.error();
    if (auto why = connect(*places))
      return why;
    if (!at_.tls)
      return exchange(socket_, question);
    asio::ssl::context context{shared(tls)};
    tls_stream stream{socket_, context};
    auto err = step(deadline_, [&](auto done) {
      stream.async_handshake(tls_stream::client, done);
    });
    if (err)
      return handshake_failure(err,
                               SSL_get_verify_result(stream.native_handle()));
    return exchange(stream, question);
  }

private:
  /// Does one thing.
  /// @param start Starts it, given what to call when it is done.
  template <class Start>
  error_code step(steady::time_point until, Start start) {
    error_code result;
    auto is_done = false;
    start([&](error_code err, auto&&...) {
      result = err;
      is_done = true;
    });
    io_.restart();
    io_.run_until(until);
    if (is_done)
      return result;
    error_code ignored;
    socket_.close(ignored);
    io_.run(); // Nothing may call back later.
    return asio::error::timed_out;
  }

  caf::error silence() const {
    return failure(at_, "does not answer within " + seconds_text(timeout_),
                   ec::stream_stalled);
  }

  /// Where to connect to. A name is looked up in a thread of its own, as that
  /// takes as long as it likes.
  caf::expected<std::vector<place>> find() const {
    if (!at_.socket.empty()) {
      if (at_.socket.size() >= sizeof(sockaddr_un::sun_path))
        return failure(at_, "is not there: the path of a socket is shorter",
                       ec::connect_failed);
      asio::local::stream_protocol::endpoint endpoint{at_.socket};
      return std::vector<place>{{endpoint, "localhost"}};
    }
    std::packaged_task<std::vector<place>()> task{
      [host = at_.host, port = at_.port] { return look_up(host, port); }};
    auto found = task.get_future();
    std::thread{std::move(task)}.detach();
    if (found.wait_until(deadline_) != std::future_status::ready)
      return silence();
    auto result = found.get();
    if (result.empty())
      return failure(at_, "is not there: no such host", ec::connect_failed);
    return result;
  }

  /// Connects to the first place where somebody is. Each has its share of the
  /// time: there may be one that drops packets.
  caf::error connect(const std::vector<place>& places) {
    auto is_silent = false;
    error_code err;
    for (size_t i = 0; i < places.size(); ++i) {
      auto share = (deadline_ - steady::now())
                   / static_cast<int64_t>(places.size() - i);
      err = step(steady::now() + share, [&](auto done) {
        socket_.async_connect(places[i].endpoint, done);
      });
      if (!err) {
        host_ = places[i].host;
        return {};
      }
      is_silent = is_silent || err == asio::error::timed_out;
      error_code ignored;
      socket_.close(ignored);
    }
    if (is_silent)
      return silence();
    if (err == asio::error::access_denied && !at_.socket.empty())
      return failure(at_, "does not let this user in", ec::open_failed);
    return failure(at_, "is not there", ec::connect_failed);
  }

  /// @param verified What OpenSSL says of the node's certificate.
  caf::error handshake_failure(const error_code& err, long verified) const {
    if (err == asio::error::timed_out)
      return silence();
    auto is_of_tls = err.category() == asio::error::get_ssl_category();
    auto reason = is_of_tls
                    ? ERR_GET_REASON(static_cast<unsigned long>(err.value()))
                    : 0;
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
      return failure(at_, std::string{"cannot be trusted, as the TLS "
                                      "certificates do not suit each other: "}
                            + X509_verify_cert_error_string(verified));
    if (reason == SSL_R_WRONG_VERSION_NUMBER)
      return failure(at_, "speaks no TLS: ask it without --cert, --key and "
                          "--ca, or with --node http://...");
    return refusal();
  }

  /// What to say of somebody who hangs up without a word.
  caf::error refusal() const {
    if (at_.tls)
      return failure(at_, "refuses the connection: do the TLS certificates "
                          "suit each other, and is it a camnode?");
    if (at_.socket.empty())
      return failure(at_, "refuses the connection: is it a camnode of this "
                          "version, and does it want TLS (--cert, --key, "
                          "--ca)?");
    return failure(at_, "has gone without an answer");
  }

  /// @tparam Stream The socket, or TLS over it.
  template <class Stream>
  caf::expected<http_answer> exchange(Stream& stream,
                                      const http_question& question) {
    http::request<http::string_body> request{question.is_command
                                               ? http::verb::post
                                               : http::verb::get,
                                             question.target, 11,
                                             question.body};
    request.set(http::field::host, host_);
    request.set(http::field::user_agent, "camctl");
    request.keep_alive(false);
    request.prepare_payload();
    // Who does not want to hear all of it may still have said why.
    if (step(deadline_,
             [&](auto done) { http::async_write(stream, request, done); })
        == asio::error::timed_out)
      return silence();
    // Of headers and ends of chunks, which the limit of the body leaves out.
    boost::beast::flat_buffer buffer{64 << 10};
    if (auto why = begin_answer(stream, buffer))
      return why;
    http::response_parser<http::string_body> parser;
    parser.body_limit(question.max_answer_bytes);
    auto err = step(deadline_, [&](auto done) {
      http::async_read(stream, buffer, parser, done);
    });
    if (err)
      return read_failure(err);
    auto& answer = parser.get();
    if (!answer.has_content_length()
        && !answer.chunked()) // Who knows whether it is whole?
      return stranger();
    auto type = answer[http::field::content_type];
    return http_answer{answer.result_int(),
                       {type.data(), type.size()},
                       std::move(answer.body())};
  }

  caf::error stranger() const {
    return failure(at_, "is no camnode, or of another version");
  }

  /// Reads the first bytes, to see who is there.
  template <class Stream>
  caf::error begin_answer(Stream& stream, boost::beast::flat_buffer& buffer) {
    size_t size = 0;
    auto err = step(deadline_, [&](auto done) {
      stream.async_read_some(buffer.prepare(4096),
                             [&size, done](error_code err, size_t n) {
                               size = n;
                               done(err);
                             });
    });
    buffer.commit(size);
    std::string_view text{static_cast<const char*>(buffer.data().data()),
                          buffer.size()};
    if (err)
      return err == asio::error::timed_out ? silence() : refusal();
    if (is_tls(text))
      return refusal();
    return may_be_http(text) ? caf::error{} : stranger();
  }

  /// What to say of an answer that has begun.
  caf::error read_failure(const error_code& err) const {
    if (err == asio::error::timed_out)
      return silence();
    if (err == http::error::body_limit)
      return failure(at_, "is no camnode, or of another version: its answer is "
                          "too long");
    static const auto& of_http
      = make_error_code(http::error::bad_version).category();
    if (err.category() == of_http && err != http::error::partial_message)
      return stranger();
    return failure(at_, "has gone in the middle of its answer");
  }

  const node_address& at_;
  const std::chrono::milliseconds timeout_;
  const steady::time_point deadline_;
  asio::io_context io_;
  any_socket socket_;
  std::string host_;
};

} // namespace

caf::error failure(const node_address& at, const std::string& why, ec code) {
  return caf::make_error(code, printable("node " + at.text() + " " + why));
}

caf::expected<http_answer> ask_http(const node_address& at,
                                    const http_question& question,
                                    const camnode::tls_context_ptr& tls,
                                    std::chrono::milliseconds timeout) {
  return http_call{at, timeout}.ask(question, tls);
}

} // namespace camctl
