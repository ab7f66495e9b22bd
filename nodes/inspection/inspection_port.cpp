#include "nodes/inspection/inspection_port.hpp"

#include "messages/error.hpp"
#include "nodes/inspection/bounded_broker.hpp"
#include "nodes/inspection/certificates.hpp"
#include "nodes/inspection/inspection_config.hpp"
#include "nodes/inspection/inspection_door.hpp"
#include "nodes/inspection/looker.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <cstdint>
#include <ctime>
#include <limits>
#include <memory>
#include <set>
#include <utility>

namespace camnode {

namespace {

/// @tparam Actor `looker` or `node_operator`.
template <class Actor>
class caf_port : public inspection_port {
public:
  caf_port(const inspection_port_options& options, const inspection_ptr& node,
           const actor_context& context)
    : options_(options),
      context_(context),
      config_({}),
      system_(config_),
      broker_(make_bounded_broker(system_)),
      life_(std::make_shared<keeper_life>()),
      keeper_(system_.spawn<Actor>(context, node, life_)),
      signatures_(system_.message_types(keeper_)) {
    keeper_->attach_functor(
      [life = life_](const caf::error&) { life->ended = true; });
  }

  /// The actor system ends before its door is taken away, so that who has been
  /// told to end this port can say so.
  ~caf_port() override {
    if (door_)
      door_->stop();
    life_->may_end = true;
    caf::anon_send_exit(keeper_, caf::exit_reason::user_shutdown);
    broker_ = nullptr;
    keeper_ = nullptr;
  }

  caf::error open() {
    if (options_.tls.any()) {
      auto loaded = load_tls(options_.tls, tls_end::node);
      if (!loaded)
        return loaded.error();
      tls_ = std::move(*loaded);
      expiry_s_ = expiry_s(tls_);
      context_.alarms->set_certificate_expiry(context_.name, expiry_s_);
      auto why = why_not_now(tls_);
      if (!why.empty())
        return caf::make_error(ec::bad_configuration, about_certificate(why));
    }
    auto opened = open_inspection_door(options_.host, options_.port, tls_,
                                       [this](int peer) { take(peer); });
    if (!opened)
      return opened.error();
    door_ = std::move(*opened);
    return caf::none;
  }

  uint16_t number() const override {
    return door_->number();
  }

  std::string why_useless() const override {
    if (life_->ended)
      return "who answers there has ended";
    // Checking a certificate takes long enough not to do it for nothing.
    if (std::time(nullptr) < expiry_s_)
      return {};
    auto why = why_not_now(tls_);
    return why.empty() ? why : about_certificate(why);
  }

private:
  void take(int peer) {
    let_in(system_, broker_, peer, options_.port,
           caf::actor_cast<caf::strong_actor_ptr>(keeper_), signatures_);
  }

  std::string about_certificate(const std::string& why) const {
    return "cert-file=" + options_.tls.cert_file + ": " + why;
  }

  using handle = caf::infer_handle_from_class_t<Actor>;

  const inspection_port_options options_;
  const actor_context context_;
  inspection_door_ptr door_; ///< Null until it is open.
  inspection_config config_;
  caf::actor_system system_;
  caf::actor broker_;
  const keeper_life_ptr life_;
  handle keeper_;
  const std::set<std::string> signatures_;
  tls_context_ptr tls_;
  int64_t expiry_s_ = std::numeric_limits<int64_t>::max(); ///< Of `tls_`.
};

template <class Actor>
caf::expected<inspection_port_ptr>
open_port(const inspection_port_options& options, const inspection_ptr& node,
          const actor_context& context) {
  auto result = std::make_unique<caf_port<Actor>>(options, node, context);
  if (auto err = result->open())
    return err;
  return inspection_port_ptr{std::move(result)};
}

} // namespace

caf::expected<inspection_port_ptr>
open_caf_port(const inspection_port_options& options,
              const inspection_ptr& node, const actor_context& context) {
  return options.operates ? open_port<node_operator>(options, node, context)
                          : open_port<looker>(options, node, context);
}

} // namespace camnode
