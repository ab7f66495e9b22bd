#include "nodes/inspection_port.hpp"

#include "messages/error.hpp"
#include "nodes/bounded_middleman.hpp"
#include "nodes/inspection_config.hpp"
#include "nodes/looker.hpp"

#include <caf/actor_system.hpp>
#include <caf/function_view.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <utility>

namespace camnode {

namespace {

/// For the middleman to open or close a port, which it does at once.
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
      manager_(options.tls.any() ? system_.openssl_manager().actor_handle()
                                 : make_bounded_middleman(system_)),
      keeper_(system_.spawn<Actor>(context, node)) {
  }

  /// A port that is still published would keep the actor system from ending.
  ~caf_port() override {
    if (number_ != 0) {
      auto tell = caf::make_function_view(manager_, caf::duration{patience});
      tell(caf::unpublish_atom_v, keeper_.address(), number_);
      wait_for_turn();
    }
    if (!options_.tls.any())
      caf::anon_send_exit(manager_, caf::exit_reason::kill);
    caf::anon_send_exit(keeper_, caf::exit_reason::user_shutdown);
    manager_ = nullptr;
    keeper_ = nullptr;
  }

  caf::error open() {
    auto ask = caf::make_function_view(manager_, caf::duration{patience});
    auto port = ask(caf::publish_atom_v, options_.port,
                    caf::actor_cast<caf::strong_actor_ptr>(keeper_),
                    system_.message_types(keeper_), options_.host, true);
    if (!port)
      return caf::make_error(ec::listen_failed,
                             options_.host + ":" + std::to_string(options_.port)
                               + ": " + describe(port.error()));
    number_ = *port;
    wait_for_turn();
    return caf::none;
  }

  uint16_t number() const override {
    return number_;
  }

private:
  /// Waits until the middleman's loop has had a turn: a port that is opened and
  /// closed within one, or closed in the last one, is never let go of.
  void wait_for_turn() {
    auto turn = std::make_shared<std::promise<void>>();
    system_.middleman().run_later([turn] { turn->set_value(); });
    turn->get_future().wait_for(patience);
  }

  using handle = caf::infer_handle_from_class_t<Actor>;

  const inspection_port_options options_;
  inspection_config config_;
  caf::actor_system system_;
  caf::io::middleman_actor manager_;
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
