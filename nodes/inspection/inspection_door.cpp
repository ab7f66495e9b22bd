#include "nodes/inspection/inspection_door.hpp"

#include "actors/base/io_thread.hpp"
#include "actors/base/log.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/base/tcp_acceptor.hpp"
#include "messages/clock.hpp"
#include "nodes/inspection/basp_gate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <utility>

namespace camnode {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using tls_stream = asio::ssl::stream<tcp::socket>;
using steady = std::chrono::steady_clock;

/// For the last answers to leave.
constexpr auto parting = std::chrono::milliseconds(500);

/// A header of CAF's protocol, which is the shortest that can be said.
constexpr size_t word_bytes = 32;

/// One connection. All of it is for the door's thread.
class visitor {
public:
  virtual ~visitor() = default;

  /// Whether it has said a word yet.
  virtual bool known() const = 0;

  /// When it last asked something, or came.
  virtual steady::time_point asked_at() const = 0;
  virtual void close() = 0;
};

using visitor_list = std::list<std::weak_ptr<visitor>>;

/// Hears of who says what nobody should. For the door's thread.
using report_fault
  = std::function<void(const std::string& peer, const std::string& why)>;

/// @tparam Stream What its bytes come through.
template <class Stream>
class relay : public visitor,
              public std::enable_shared_from_this<relay<Stream>> {
public:
  template <class... Ts>
  relay(inspection_door::take_peer take, report_fault report,
        steady::duration patience, tcp::socket socket, Ts&... tls)
    : take_(std::move(take)),
      report_(std::move(report)),
      patience_(patience),
      clock_(socket.get_executor()),
      inner_(socket.get_executor()),
      outer_(std::move(socket), tls...) {
  }

  void start() {
    watch();
    if constexpr (std::is_same<Stream, tls_stream>::value)
      outer_.async_handshake(Stream::server, [me = me()](error_code err) {
        if (err || !me->may_come_in())
          me->close();
        else
          me->enter();
      });
    else
      enter();
  }

  bool known() const override {
    return heard_ >= word_bytes;
  }

  steady::time_point asked_at() const override {
    return asked_at_;
  }

  void close() override {
    error_code ignored;
    outer_.lowest_layer().close(ignored);
    inner_.close(ignored);
    clock_.cancel();
  }

private:
  using buffer = std::array<char, 16 << 10>;

  auto me() {
    return this->shared_from_this();
  }

  bool may_come_in() {
    if constexpr (std::is_same<Stream, tls_stream>::value)
      return is_of_a_person(outer_.native_handle());
    else
      return true;
  }

  /// Closes it after a time without a word.
  void watch() {
    heard_before_ = heard_;
    clock_.expires_after(patience_);
    clock_.async_wait([me = me()](error_code err) {
      if (err)
        return;
      if (me->heard_ - me->heard_before_ < word_bytes)
        me->close();
      else
        me->watch();
    });
  }

  void enter() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      return close();
    error_code err;
    if (inner_.assign({}, ends[0], err)) {
      ::close(ends[0]);
      ::close(ends[1]);
      return close();
    }
    take_(ends[1]);
    pass_on(outer_, inner_, questions_, &heard_);
    pass_on(inner_, outer_, answers_, nullptr);
  }

  /// Whether a question may be passed on. Else CAF sees the end of the
  /// connection, and closes it at its side.
  bool may_pass(size_t n) {
    auto asked_before = gate_.questions();
    auto admitted = gate_.admits(questions_.data(), n);
    if (gate_.questions() != asked_before)
      asked_at_ = steady::now();
    if (admitted)
      return true;
    error_code err;
    auto peer = outer_.lowest_layer().remote_endpoint(err);
    report_(err ? "?" : peer.address().to_string(), gate_.why());
    inner_.shutdown(asio::socket_base::shutdown_send, err);
    return false;
  }

  /// Reads no more before what was read has been passed on.
  template <class From, class To>
  void pass_on(From& from, To& to, buffer& bytes, uint64_t* count) {
    from.async_read_some(asio::buffer(bytes), [this, me = me(), &from, &to,
                                               &bytes, count](error_code err,
                                                              size_t n) {
      if (err)
        return close();
      if (count != nullptr) {
        *count += n;
        if (!may_pass(n))
          return;
      }
      asio::async_write(to, asio::buffer(bytes, n),
                        [this, me, &from, &to, &bytes, count](error_code failed,
                                                              size_t) {
                          if (failed)
                            return close();
                          pass_on(from, to, bytes, count);
                        });
    });
  }

  const inspection_door::take_peer take_;
  const report_fault report_;
  const steady::duration patience_;
  steady::time_point asked_at_ = steady::now();
  basp_gate gate_;
  asio::steady_timer clock_;
  asio::local::stream_protocol::socket inner_;
  Stream outer_;
  buffer questions_;
  buffer answers_;
  uint64_t heard_ = 0; ///< Bytes.
  uint64_t heard_before_ = 0;
};

class tcp_door : public inspection_door {
public:
  tcp_door(const tls_context_ptr& tls, take_peer take,
           const door_patience& patience)
    : take_(std::move(take)),
      patience_(patience),
      tls_(tls ? std::make_unique<asio::ssl::context>(shared(tls)) : nullptr),
      parting_(io_.context()),
      acceptor_(std::make_shared<tcp_acceptor>(io_.context())) {
  }

  ~tcp_door() override {
    run_and_wait(io_.context(), [this] { close_all(); });
  }

  caf::error open(const std::string& host, uint16_t port) {
    if (auto err = acceptor_->listen(host, port))
      return err;
    acceptor_->start([this](tcp::socket x) { greet(std::move(x)); });
    return caf::none;
  }

  uint16_t number() const override {
    return acceptor_->port();
  }

  void stop() override {
    run_and_wait(io_.context(), [this] {
      stopped_ = true;
      acceptor_->close();
      parting_.expires_after(parting);
      parting_.async_wait([this](error_code err) {
        if (!err)
          close_all();
      });
    });
  }

private:
  /// A reference for Asio, which lets go of it.
  static SSL_CTX* shared(const tls_context_ptr& x) {
    SSL_CTX_up_ref(x.get());
    return x.get();
  }

  void close_all() {
    acceptor_->close();
    for (auto& x : visitors_)
      if (auto there = x.lock())
        there->close();
  }

  void greet(tcp::socket x) {
    if (!make_room())
      return;
    error_code ignored;
    x.set_option(tcp::no_delay(true), ignored);
    if (tls_)
      start(std::make_shared<relay<tls_stream>>(taker(), reporter(),
                                                patience_.word, std::move(x),
                                                *tls_));
    else
      start(std::make_shared<relay<tcp::socket>>(taker(), reporter(),
                                                 patience_.word, std::move(x)));
  }

  template <class Visitor>
  void start(std::shared_ptr<Visitor> x) {
    visitors_.push_back(x);
    x->start();
  }

  /// @returns Whether there is room for one more.
  bool make_room() {
    visitors_.remove_if([](const auto& x) { return x.expired(); });
    if (visitors_.size() < size_t{max_connections})
      return true;
    auto x = std::min_element(visitors_.begin(), visitors_.end(), is_idler);
    auto there = x->lock();
    if (there->known()
        && steady::now() - there->asked_at() < patience_.question)
      return false;
    there->close();
    visitors_.erase(x);
    return true;
  }

  /// Whether `x` makes room before `y`. Both are there.
  static bool is_idler(const std::weak_ptr<visitor>& x,
                       const std::weak_ptr<visitor>& y) {
    auto rank = [](const visitor& z) {
      return std::make_pair(z.known(),
                            z.known() ? z.asked_at() : steady::time_point{});
    };
    return rank(*x.lock()) < rank(*y.lock());
  }

  /// What relays call.
  take_peer taker() {
    return [this](int peer) {
      if (stopped_)
        close(peer);
      else
        take_(peer);
    };
  }

  report_fault reporter() {
    return [this](const std::string& peer, const std::string& why) {
      if (faults_.admits(client_clock_ns()))
        log_warning("inspector", "closed a connection from ", peer,
                    ", which is not camctl's: ", why, faults_.more());
    };
  }

  const take_peer take_;
  const door_patience patience_;
  log_pace faults_;
  const std::unique_ptr<asio::ssl::context> tls_;
  visitor_list visitors_; ///< The oldest first.
  bool stopped_ = false;
  io_thread io_;
  asio::steady_timer parting_;
  const std::shared_ptr<tcp_acceptor> acceptor_;
};

} // namespace

caf::expected<inspection_door_ptr> open_inspection_door(
  const std::string& host, uint16_t port, const tls_context_ptr& tls,
  inspection_door::take_peer take, const door_patience& patience) {
  auto result = std::make_unique<tcp_door>(tls, std::move(take), patience);
  if (auto err = result->open(host, port))
    return err;
  return inspection_door_ptr{std::move(result)};
}

} // namespace camnode
