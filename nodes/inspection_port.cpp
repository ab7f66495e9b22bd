#include "nodes/inspection_port.hpp"

#include "messages/error.hpp"
#include "nodes/inspection_config.hpp"
#include "nodes/looker.hpp"

#include <caf/actor_system.hpp>
#include <caf/function_view.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/openssl/publish.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <utility>

namespace camnode {

namespace {

/// For the middleman to close a port, which it does at once.
constexpr auto patience = std::chrono::seconds(1);

/// @tparam Actor `looker` or `node_operator`.
template <class Actor>
class caf_port : public inspection_port {
public:
  caf_port(const inspection_port_options& options, const inspection_ptr& node,
           const actor_context& context)
    : options_(options),
      config_(options.tls),
      system_(config_),
      keeper_(system_.spawn<Actor>(context, node)) {
  }

  /// A port that is still published would keep the actor system from ending.
  ~caf_port() override {
    if (number_ != 0) {
      // What <caf/openssl/unpublish.hpp> of 0.17.6 means to do.
      auto manager = options_.tls.any()
                       ? system_.openssl_manager().actor_handle()
                       : system_.middleman().actor_handle();
      auto tell = caf::make_function_view(manager, caf::duration{patience});
      tell(caf::unpublish_atom_v, keeper_.address(), number_);
    }
    caf::anon_send_exit(keeper_, caf::exit_reason::user_shutdown);
    keeper_ = nullptr;
  }

  caf::error open() {
    auto host = options_.host.c_str();
    auto port = options_.tls.any()
                  ? caf::openssl::publish(keeper_, options_.port, host, true)
                  : system_.middleman().publish(keeper_, options_.port, host,
                                                true);
    if (!port)
      return caf::make_error(ec::listen_failed,
                             options_.host + ":" + std::to_string(options_.port)
                               + ": " + describe(port.error()));
    number_ = *port;
    return caf::none;
  }

  uint16_t number() const override {
    return number_;
  }

private:
  using handle = caf::infer_handle_from_class_t<Actor>;

  const inspection_port_options options_;
  inspection_config config_;
  caf::actor_system system_;
  handle keeper_;
  uint16_t number_ = 0;
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
