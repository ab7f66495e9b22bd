#pragma once

#include "actors/observed/actor_directory.hpp"
#include "messages/error.hpp"

#include <caf/actor_config.hpp>
#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/execution_unit.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/sec.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace camnode {

/// Asks an actor whether it lives; to be sent with high priority. Every
/// observed actor answers by counting it in the directory, whatever waits in
/// its mailbox, and without its class knowing of it.
using alive_atom = caf::atom_constant<caf::atom("alive")>;

/// The base of every actor: counts its messages, times its handlers, turns
/// exceptions into exit reasons that keep their text, and shows the actor in
/// the directory for as long as it lives.
/// @tparam Base `x_actor::base` of a typed interface.
template <class Base>
class observed : public Base {
public:
  observed(caf::actor_config& cfg, const actor_context& context)
    : Base(cfg),
      directory_(context.directory),
      alarms_(context.alarms),
      probe_(
        directory_->open(context.name, context.parent, context.supervisor)) {
    probe_->set_id(this->id());
    this->set_exception_handler([](std::exception_ptr& x) -> caf::error {
      try {
        std::rethrow_exception(x);
      } catch (const std::exception& e) {
        return caf::make_error(caf::sec::runtime_error, std::string{e.what()});
      } catch (...) {
        return caf::make_error(caf::sec::runtime_error,
                               std::string{"unknown exception"});
      }
    });
    this->attach_functor([directory = directory_, alarms = alarms_,
                          probe = probe_](const caf::error& reason) {
      directory->close(probe, reason ? describe(reason) : probe->last_error());
      alarms->set_concern(probe->name(), {});
    });
  }

  const char* name() const override {
    return probe_->name().c_str();
  }

  /// The behavior is made in here, which may take its time as handlers may.
  void initialize() override {
    probe_->begin_start();
    Base::initialize();
    probe_->end_start();
  }

  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit* host) override {
    if (!asks_for_life(*x))
      probe_->count_arrival();
    Base::enqueue(std::move(x), host);
  }

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    if (asks_for_life(x)) {
      probe_->count_answer();
      return caf::invoke_message_result::consumed;
    }
    struct scope {
      ~scope() {
        probe.end_handling(taken);
      }

      actor_probe& probe;
      bool taken;
    } handling{*probe_, true};
    probe_->begin_handling(x.content());
    auto result = Base::consume(x);
    handling.taken = result != caf::invoke_message_result::skipped;
    return result;
  }

protected:
  /// This actor's stable name, for the log.
  const std::string& who() const {
    return probe_->name();
  }

  /// Says in words what the actor is doing.
  void show_state(std::string text) {
    probe_->set_state(std::move(text));
  }

  void show_error(std::string text) {
    probe_->set_error(std::move(text));
  }

  /// What a child of this actor gets.
  actor_context context_for(std::string child_name) const {
    return {directory_, alarms_, std::move(child_name), this->id(), who()};
  }

  actor_directory& directory() const {
    return *directory_;
  }

  alarm_board& alarms() const {
    return *alarms_;
  }

private:
  static bool asks_for_life(const caf::mailbox_element& x) {
    return x.content().template match_elements<alive_atom>();
  }

  actor_directory* const directory_;
  alarm_board* const alarms_;
  const std::shared_ptr<actor_probe> probe_;
};

} // namespace camnode
