#pragma once

#include "actors/observed/observed.hpp"
#include "messages/actors.hpp"
#include "nodes/inspection/inspection.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace camnode {

/// What an actor that answers at a port and the port know of each other.
struct keeper_life {
  std::atomic<bool> may_end{false}; ///< The port closes.
  std::atomic<bool> ended{false};
};

using keeper_life_ptr = std::shared_ptr<keeper_life>;

/// Questions that wait at a port; more are dropped, and time out.
constexpr int max_questions = 64;

/// An actor that strangers may send anything: what is no question reaches it
/// from its port alone. Turned down: an exit handler, which CAF does not ask
/// about a kill.
template <class Interface>
class keeper : public observed<typename Interface::base> {
public:
  using super = observed<typename Interface::base>;

  keeper(caf::actor_config& cfg, const actor_context& context,
         keeper_life_ptr life)
    : super(cfg, context), life_(std::move(life)) {
  }

  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit* host) override {
    if (is_question(x->content())) {
      if (waiting_.fetch_add(1) >= max_questions) {
        --waiting_;
        return;
      }
    } else if (!life_->may_end) {
      return;
    }
    super::enqueue(std::move(x), host);
  }

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    if (is_question(x.content()))
      --waiting_;
    return super::consume(x);
  }

private:
  /// Questions begin with an atom; exits, downs, links and streams do not.
  static bool is_question(const caf::type_erased_tuple& x) {
    return !x.empty() && x.match_element<caf::atom_value>(0);
  }

  const keeper_life_ptr life_;
  std::atomic<int> waiting_{0};
};

/// LOOKER: answers those who look inside a node.
class looker : public keeper<looker_actor> {
public:
  looker(caf::actor_config& cfg, const actor_context& context,
         inspection_ptr node, keeper_life_ptr life)
    : keeper(cfg, context, std::move(life)), node_(std::move(node)) {
  }

protected:
  behavior_type make_behavior() override {
    show_state("answers those who look");
    return {
      [this](look_atom) { return node_->look(false); },
      [this](metrics_atom) { return node_->metrics(); },
    };
  }

private:
  const inspection_ptr node_;
};

/// OPERATOR: answers those who look inside a node, and obeys them.
class node_operator : public keeper<operator_actor> {
public:
  node_operator(caf::actor_config& cfg, const actor_context& context,
                inspection_ptr node, keeper_life_ptr life)
    : keeper(cfg, context, std::move(life)), node_(std::move(node)) {
  }

protected:
  behavior_type make_behavior() override {
    show_state("answers and obeys");
    return {
      [this](look_atom) { return node_->look(true); },
      [this](metrics_atom) { return node_->metrics(); },
      [this](kill_atom, const std::string& name) {
        return answer(node_->kill(name));
      },
      [this](record_atom, const std::string& payload) {
        return answer(node_->record(payload));
      },
      [this](log_level_atom, const std::string& level) {
        return answer(node_->set_level(level));
      },
    };
  }

private:
  static caf::result<std::string> answer(caf::expected<std::string> x) {
    if (x)
      return std::move(*x);
    return x.error();
  }

  const inspection_ptr node_;
};

} // namespace camnode
