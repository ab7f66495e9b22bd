#pragma once

#include "actors/shared/observed.hpp"
#include "messages/actors.hpp"
#include "nodes/inspection.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <string>
#include <utility>

namespace camnode {

/// LOOKER: answers those who look inside a node.
class looker : public observed<looker_actor::base> {
public:
  looker(caf::actor_config& cfg, const actor_context& context,
         inspection_ptr node)
    : observed(cfg, context), node_(std::move(node)) {
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
class node_operator : public observed<operator_actor::base> {
public:
  node_operator(caf::actor_config& cfg, const actor_context& context,
                inspection_ptr node)
    : observed(cfg, context), node_(std::move(node)) {
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
