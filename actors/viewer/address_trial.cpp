#include "actors/viewer/address_trial.hpp"

#include "actors/viewer/clock_prober.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace camnode {

namespace asio = boost::asio;

struct address_trial::implementation
  : std::enable_shared_from_this<address_trial::implementation> {
  implementation(asio::io_context& io, server_door at,
                 std::function<void(trial_answer)> done)
    : context(io), at(std::move(at)), done(std::move(done)) {
  }

  void start();
  void end(trial_answer x);
  void close();

  asio::io_context& context;
  const server_door at;
  std::function<void(trial_answer)> done;
  std::shared_ptr<clock_prober> prober;
};

void address_trial::implementation::start() {
  boost::system::error_code err;
  auto address = asio::ip::make_address(at.ip, err);
  if (err)
    return end({{}, 0, at.ip + " is not an IP address"});
  clock_prober::events heard;
  heard.on_probe = [me = shared_from_this()](const clock_probe& x) {
    if (me->prober)
      me->end({me->prober->told_id(), x.epoch, {}});
    return clock_offset::pace::calm;
  };
  heard.on_failure = [me = shared_from_this()](const std::string& why, bool) {
    me->end({{}, 0, why});
  };
  prober = std::make_shared<clock_prober>(
    context, asio::ip::tcp::endpoint{address, at.port}, at, std::move(heard));
  prober->start();
}

void address_trial::implementation::end(trial_answer x) {
  auto tell = std::move(done);
  close();
  if (tell)
    tell(std::move(x));
}

void address_trial::implementation::close() {
  done = nullptr;
  if (prober)
    prober->stop();
  prober.reset();
}

address_trial::address_trial(io_thread& io, server_door at,
                             std::function<void(trial_answer)> done)
  : impl_(std::make_shared<implementation>(io.context(), std::move(at),
                                           std::move(done))) {
  asio::post(impl_->context, [impl = impl_] { impl->start(); });
}

address_trial::~address_trial() {
  run_and_wait(impl_->context, [this] { impl_->close(); });
}

} // namespace camnode
