#include "tests/actors/fake_supervisor.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace camnode_test {

namespace {

class fake_supervisor : public camnode::client_supervisor_actor::base {
public:
  fake_supervisor(caf::actor_config& cfg, told_by_children& kept)
    : camnode::client_supervisor_actor::base(cfg), kept_(kept) {
  }

protected:
  behavior_type make_behavior() override {
    using namespace camnode;
    return {
      [](restart_atom, const std::string&, uint64_t) {},
      [](kill_atom, const std::string&) {},
      [](stop_atom) {},
      [](stop_atom, int) {},
      [this](found_atom, const server_info& x) { kept_.found.push_back(x); },
      [this](lost_atom, const server_info& x) { kept_.lost.push_back(x); },
      [this](lost_atom, const std::string& x) { kept_.told_off.push_back(x); },
      [this](const record_command& x) { kept_.commands.push_back(x); },
      [this](refuse_atom, const std::string& why) {
        kept_.refusals.push_back(why);
      },
      [this](const session_info& x) { kept_.sessions.push_back(x); },
      [this](stopped_atom) { ++kept_.stopped; },
      [this](publish_atom, const std::string& x) { kept_.truths.push_back(x); },
      [](beat_atom) {},
    };
  }

private:
  told_by_children& kept_;
};

} // namespace

camnode::client_supervisor_actor spawn_fake_supervisor(caf::actor_system& sys,
                                                       told_by_children& kept) {
  return sys.spawn<fake_supervisor>(kept);
}

} // namespace camnode_test
