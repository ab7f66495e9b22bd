#include "actors/viewer/stream_connection.hpp"

#include "actors/base/log.hpp"
#include "actors/viewer/clock_prober.hpp"
#include "actors/viewer/waste_meter.hpp"
#include "messages/clock.hpp"
#include "messages/stream_event.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/stream_decoder.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace camnode {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ending = stream_event::kind;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

/// How long frames wait for the first look at the server's clock, in its ring:
/// one that is busy takes its time, and frames that are placed without it have
/// no more than their time of receipt.
constexpr auto clock_patience = 2s;

/// Exchanges with the server's clock that frames wait for: enough that one
/// disturbed one does not count.
constexpr unsigned probes_before_frames = 4;

/// Within which a server that tells its clock each second says something.
constexpr auto life_deadline = 1750ms;

/// For how long a server that lives may have no frame. Its connection may have
/// been forgotten on the way; to ask again costs nothing.
constexpr auto longest_rest = 60s;

/// Wakes us for this many bytes rather than for each packet of the network.
/// Small enough that a slow network does not look like a stall.
constexpr size_t max_low_water = 65536;

/// Of the camera's rate: what is beyond it is cut, which is cheaper than to
/// fall behind, but what is far beyond it stays in the network.
constexpr double read_factor = 2;

/// In one go, so that big frames do not hold up other cameras.
constexpr size_t max_read_bytes = 1 << 20;

} // namespace

struct stream_connection::implementation
  : std::enable_shared_from_this<stream_connection::implementation> {
  implementation(asio::io_context& io, std::shared_ptr<frame_intake> intake,
                 stream_connection_options options,
                 stream_connection_events events)
    : context(io),
      timer(io),
      pause(io),
      intake(std::move(intake)),
      options(std::move(options)),
      events(std::move(events)),
      pace(this->intake->limits().bytes(read_factor)) {
  }

  void start();
  void connect();
  void ask_for_frames();
  void read();
  void read_when_due();
  void take(size_t n);
  bool take_frames();
  bool is_affordable();
  void set_low_water();
  int64_t heard_ns() const;
  int64_t stalled_from_ns() const;
  int64_t lifeless_from_ns() const;
  void watch();
  bool is_stranger(const std::string& id) const;
  bool begin_frames();
  void end(std::string reason, ending how = ending::disconnected);
  void end_with_stranger(const std::string& id);
  void close();

  asio::io_context& context;
  std::shared_ptr<peer_stream> stream; ///< Null until it is to connect.
  asio::steady_timer timer;
  asio::steady_timer pause; ///< Until more may be read.
  const std::shared_ptr<frame_intake> intake;
  const stream_connection_options options;
  stream_connection_events events;
  token_bucket pace; ///< Bytes.
  waste_meter waste;
  stream_totals totals;
  tcp::endpoint server;
  std::shared_ptr<clock_prober> prober;
  std::string request;
  stream_decoder decoder;
  unsigned probes = 0;
  size_t low_water = 1;
  int64_t newest_ns = 0; ///< When the last bytes came.
  bool answered = false; ///< The server has said who it is.
  bool closed = false;
};

void stream_connection::implementation::start() {
  error_code err;
  auto address = asio::ip::make_address(options.ip, err);
  if (err)
    return end(options.ip + " is not an IP address");
  if (auto why = why_shut(options); !why.empty())
    return end(why, ending::refused);
  server = {address, options.port};
  if (!options.expect_http)
    return connect();
  // The clock first; but frames matter more than their exact times.
  clock_prober::events heard;
  heard.on_probe = [me = shared_from_this()](const clock_probe& x) {
    if (me->is_stranger(me->prober->told_id())) {
      me->end_with_stranger(me->prober->told_id());
      return clock_offset::pace::calm;
    }
    auto pace = me->intake->add_probe(x);
    if (++me->probes == probes_before_frames)
      me->connect();
    return pace;
  };
  heard.on_failure = [me = shared_from_this()](const std::string& why,
                                               bool refused) {
    if (refused && !me->stream)
      return me->end(why, ending::refused);
    me->intake->count_probe_failure();
    log_debug("viewer", me->options.ip, ": no clock: ", why);
    me->connect();
  };
  prober = std::make_shared<clock_prober>(context, server, options,
                                          std::move(heard));
  prober->start();
  timer.expires_after(clock_patience);
  timer.async_wait([me = shared_from_this()](error_code err) {
    if (!err && !me->closed)
      me->connect();
  });
}

void stream_connection::implementation::connect() {
  if (stream)
    return;
  timer.expires_after(options.connect_deadline);
  timer.async_wait([me = shared_from_this()](error_code err) {
    if (!err && !me->closed)
      me->end("no connection within "
              + std::to_string(me->options.connect_deadline.count()) + " ms");
  });
  stream = std::make_shared<peer_stream>(context);
  open(stream, server, options,
       [me = shared_from_this()](const std::string& trouble, bool refused) {
         if (me->closed)
           return;
         if (!trouble.empty())
           return me->end(trouble,
                          refused ? ending::refused : ending::disconnected);
         me->ask_for_frames();
       });
}

void stream_connection::implementation::ask_for_frames() {
  auto after = intake->last();
  std::string target = "/stream.mjpg?mode=lossless";
  if (after && after->epoch != 0)
    target = lossless_stream_target(after);
  else if (options.want_past)
    target = lossless_stream_target(stream_position{});
  request = request_to(options, target, "Connection: close\r\n");
  newest_ns = client_clock_ns();
  // Small enough to be taken at once by a fresh connection.
  stream->async_write(request,
                      [me = shared_from_this()](error_code err, size_t) {
                        if (err && !me->closed)
                          me->end("cannot send the request: " + err.message());
                      });
  watch();
  read();
}

void stream_connection::implementation::set_low_water() {
  if (stream->is_encrypted())
    return; // TLS has read ahead: of what is to come, less may be left.
  auto n = std::clamp<size_t>(decoder.want(), 1, max_low_water);
  if (n != low_water) {
    int value = static_cast<int>(n);
    setsockopt(stream->socket().native_handle(), SOL_SOCKET, SO_RCVLOWAT,
               &value, sizeof(value));
    low_water = n;
  }
}

void stream_connection::implementation::read() {
  set_low_water();
  auto spans = decoder.prepare();
  if (spans[0].size > max_read_bytes)
    spans = {writable_span{spans[0].data, max_read_bytes}, {}};
  std::array<asio::mutable_buffer, 2> buffers{asio::buffer(spans[0].data,
                                                           spans[0].size),
                                              asio::buffer(spans[1].data,
                                                           spans[1].size)};
  stream->async_read_some(buffers, [me = shared_from_this()](error_code err,
                                                             size_t n) {
    if (me->closed)
      return;
    if (err)
      return me->end(err == asio::error::eof ? "closed by the server"
                                             : err.message());
    me->take(n);
  });
}

void stream_connection::implementation::read_when_due() {
  auto wait_ns = pace.wait_ns(newest_ns);
  if (wait_ns == 0)
    return read();
  newest_ns += wait_ns; // It is we who are silent until then.
  pause.expires_after(std::chrono::nanoseconds{wait_ns});
  pause.async_wait([me = shared_from_this()](error_code err) {
    if (!err && !me->closed)
      me->read();
  });
}

void stream_connection::implementation::take(size_t n) {
  newest_ns = client_clock_ns();
  pace.take(static_cast<double>(n));
  decoder.commit(n);
  if (!take_frames())
    return;
  intake->count_broken(decoder.broken_frames() - totals.broken);
  totals.broken = decoder.broken_frames();
  if (decoder.wants_token())
    return end(why_refused(options), ending::refused);
  if (decoder.failed())
    return end(decoder.error());
  if (is_affordable())
    read_when_due();
}

// @returns false if the connection has ended.
bool stream_connection::implementation::take_frames() {
  for (auto x = decoder.next();; x = decoder.next()) {
    if (is_stranger(decoder.id())) {
      end_with_stranger(decoder.id());
      return false;
    }
    if (decoder.introduced() && !std::exchange(answered, true))
      intake->note_answer(newest_ns);
    if (!x)
      return true;
    if (totals.frames == 0 && !begin_frames())
      return false;
    ++totals.frames;
    intake->make_way_for(0); // From now on the ring is charged with it.
    if (!intake->take(std::move(*x), newest_ns))
      ++totals.cut;
  }
}

// @returns false if the connection has ended.
bool stream_connection::implementation::is_affordable() {
  totals.empty = decoder.empty_parts();
  totals.overhead_bytes = decoder.overhead_bytes();
  auto why = waste.judge(totals, newest_ns);
  auto bytes = decoder.receiving_bytes();
  if (why.empty() && !intake->make_way_for(bytes))
    why = "no memory for a frame of " + std::to_string(bytes)
          + " bytes: those of all cameras take all of viewer.total-mib";
  if (!why.empty())
    end(why, ending::wasteful);
  return why.empty();
}

/// @returns false if the connection is over.
bool stream_connection::implementation::begin_frames() {
  auto legacy = decoder.protocol() == stream_protocol::legacy;
  if (legacy && options.expect_http) {
    end("answered in the legacy protocol though it announced itself: the "
        "request came late");
    return false;
  }
  events.on_connected({legacy, decoder.id(), decoder.epoch().value_or(0)});
  return true;
}

bool stream_connection::implementation::is_stranger(
  const std::string& id) const {
  return !id.empty() && !options.expect_id.empty() && id != options.expect_id;
}

int64_t stream_connection::implementation::heard_ns() const {
  return prober ? std::max(newest_ns, prober->answered_ns()) : newest_ns;
}

int64_t stream_connection::implementation::stalled_from_ns() const {
  auto patience = std::chrono::nanoseconds{options.stall_deadline}.count();
  if (answered)
    patience = std::max(patience, intake->patience_ns());
  // Of a server that says each second that it lives, the camera rests.
  if (answered && prober && prober->answered_ns() != 0)
    patience = std::max(patience,
                        std::chrono::nanoseconds{longest_rest}.count());
  return newest_ns + patience;
}

// A camnode server tells its clock each second, whatever its camera does: one
// that does not is frozen or cut off, which is not to take longer to see than
// that it is dead.
int64_t stream_connection::implementation::lifeless_from_ns() const {
  return prober && prober->answered_ns() != 0
           ? heard_ns() + std::chrono::nanoseconds{life_deadline}.count()
           : std::numeric_limits<int64_t>::max();
}

// One wake in the time that a silence may last, whatever comes meanwhile.
void stream_connection::implementation::watch() {
  auto next_ns = std::min(stalled_from_ns(), lifeless_from_ns());
  timer.expires_after(std::chrono::nanoseconds{
    std::max<int64_t>(next_ns - client_clock_ns(), 0)});
  timer.async_wait([me = shared_from_this()](error_code err) {
    if (err || me->closed)
      return;
    auto now = client_clock_ns();
    auto ms_since = [now](int64_t ns) {
      return std::to_string((now - ns) / 1'000'000) + " ms";
    };
    if (now >= me->stalled_from_ns())
      return me->end("no byte for " + ms_since(me->newest_ns));
    if (now >= me->lifeless_from_ns())
      return me->end("no sign of life for " + ms_since(me->heard_ns()));
    me->watch();
  });
}

void stream_connection::implementation::end(std::string reason, ending how) {
  auto tell = std::move(events.on_end);
  close();
  if (tell)
    tell(how, std::move(reason));
}

void stream_connection::implementation::end_with_stranger(
  const std::string& id) {
  end("another server is there, which calls itself '" + id + "'",
      ending::stranger);
}

void stream_connection::implementation::close() {
  if (std::exchange(closed, true))
    return;
  events = {};
  timer.cancel();
  pause.cancel();
  intake->make_way_for(0);
  if (prober)
    prober->stop();
  prober.reset();
  if (stream)
    stream->close();
}

stream_connection::stream_connection(io_thread& io,
                                     std::shared_ptr<frame_intake> intake,
                                     stream_connection_options options,
                                     stream_connection_events events)
  : impl_(std::make_shared<implementation>(io.context(), std::move(intake),
                                           std::move(options),
                                           std::move(events))) {
  asio::post(impl_->context, [impl = impl_] { impl->start(); });
}

stream_connection::~stream_connection() {
  run_and_wait(impl_->context, [this] { impl_->close(); });
}

} // namespace camnode
