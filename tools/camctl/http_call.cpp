#include "tools/camctl/http_call.hpp"

#include "tools/camctl/wording.hpp"

#include "actors/base/http_answer.hpp"
#include "actors/base/peer_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/http/error.hpp>

#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
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
using tcp = asio::ip::tcp;

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
  http_call(const node_address& at, const node_access& access,
            std::chrono::milliseconds timeout)
    : at_(at),
      access_(access),
      timeout_(timeout),
      deadline_(steady::now() + timeout),
      stream_(std::make_shared<camnode::peer_stream>(io_)) {
  }

  caf::expected<http_answer> ask(const http_question& question) {
    if (auto why = check_access())
      return why;
    auto places = find();
    if (!places)
      return places.error();
    if (auto why = connect(*places))
      return why;
    if (at_.tls)
      if (auto why = start_tls())
        return why;
    return exchange(question);
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
    stream_->close();
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
        stream_->socket().async_connect(places[i].endpoint, done);
      });
      if (!err) {
        host_ = places[i].host;
        return {};
      }
      is_silent = is_silent || err == asio::error::timed_out;
      stream_->close();
    }
    if (is_silent)
      return silence();
    if (err == asio::error::access_denied && !at_.socket.empty())
      return failure(at_, "does not let this user in", ec::open_failed);
    return failure(at_, "is not there", ec::connect_failed);
  }

  /// @returns Why the node is not to be asked this way.
  caf::error check_access() const {
    if (at_.tls && !access_.authority.context)
      return failure(at_, "speaks TLS: name the certificate of its authority, "
                          "with --ca");
    if (!at_.tls && !at_.id.empty() && access_.authority.context)
      return failure(at_, "announces no TLS, which --ca asks for: give it a "
                          "stream.cert-file, or ask it with --node http://...");
    return {};
  }

  caf::error start_tls() {
    std::string why;
    auto err = step(deadline_, [&](auto done) {
      stream_->start_tls(access_.authority, at_.id.empty() ? at_.host : at_.id,
                         at_.id.empty(),
                         [&why, done](error_code err, const std::string& x) {
                           why = x;
                           done(err);
                         });
    });
    if (err == asio::error::timed_out)
      return silence();
    if (!why.empty())
      return failure(at_, why);
    return err ? refusal() : caf::error{};
  }

  /// What to say of somebody who hangs up without a word.
  caf::error refusal() const {
    if (at_.tls)
      return failure(at_, "ends the connection: does it speak TLS, and is it a "
                          "camnode?");
    if (at_.socket.empty())
      return failure(at_, "ends the connection: is it a camnode of this "
                          "version, and does it want TLS (--ca, https://)?");
    return failure(at_, "has gone without an answer");
  }

  std::string text_of(const http_question& question) const {
    auto result = (question.is_command ? "POST " : "GET ") + question.target
                  + " HTTP/1.1\r\nHost: " + host_
                  + "\r\nUser-Agent: camctl\r\nConnection: close\r\n";
    // At a socket, who may open it may do all.
    if (at_.socket.empty() && !access_.token.empty())
      result += "Authorization: Bearer " + access_.token + "\r\n";
    if (question.is_command)
      result += "Content-Length: " + std::to_string(question.body.size())
                + "\r\n";
    return result + "\r\n" + question.body;
  }

  caf::expected<http_answer> exchange(const http_question& question) {
    auto text = text_of(question);
    // Who does not want to hear all of it may still have said why.
    if (step(deadline_, [&](auto done) { stream_->async_write(text, done); })
        == asio::error::timed_out)
      return silence();
    // Of headers and ends of chunks, which the limit of the body leaves out.
    boost::beast::flat_buffer buffer{64 << 10};
    if (auto why = begin_answer(buffer))
      return why;
    camnode::http_answer_parser parser;
    parser.body_limit(question.max_answer_bytes);
    auto err = step(deadline_, [&](auto done) {
      camnode::read_answer(stream_, buffer, parser, done);
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
  caf::error begin_answer(boost::beast::flat_buffer& buffer) {
    size_t size = 0;
    auto err = step(deadline_, [&](auto done) {
      stream_->async_read_some(buffer.prepare(4096),
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
  const node_access& access_;
  const std::chrono::milliseconds timeout_;
  const steady::time_point deadline_;
  asio::io_context io_;
  const std::shared_ptr<camnode::peer_stream> stream_;
  std::string host_;
};

} // namespace

caf::error failure(const node_address& at, const std::string& why, ec code) {
  return caf::make_error(code, printable("node " + at.text() + " " + why));
}

caf::expected<http_answer> ask_http(const node_address& at,
                                    const http_question& question,
                                    const node_access& access,
                                    std::chrono::milliseconds timeout) {
  return http_call{at, access, timeout}.ask(question);
}

} // namespace camctl
