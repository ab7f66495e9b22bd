#define CAF_SUITE actor_fixture
#include "tests/camnode_test.hpp"

#include "actors/base/log.hpp"
#include "messages/error.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <algorithm>
#include <chrono>

template class test_coordinator_fixture<camnode_test::actor_config>;

namespace camnode_test {

actor_config::actor_config() {
  add_message_types<caf::id_block::camnode>();
  add_error_category(caf::atom("camnode"), camnode::render_error);
}

actor_world::actor_world() {
  // What goes wrong here does so on purpose.
  camnode::set_log_level(camnode::log_level::error);
}

actor_fixture::actor_fixture() = default;

actor_fixture::~actor_fixture() {
  end_actors();
}

std::function<int64_t()> actor_fixture::clock() {
  return [this] { return now_ns; };
}

void actor_fixture::watch(caf::actor x) {
  x->attach_functor([this](const caf::error& why) { ends.push_back(why); });
  actors_.push_back(std::move(x));
}

void actor_fixture::advance(caf::timespan by) {
  constexpr caf::timespan step = std::chrono::milliseconds{50};
  while (by.count() > 0) {
    auto d = std::min(by, step);
    now_ns += d.count();
    advance_time(d);
    consume_messages();
    by -= d;
  }
}

void actor_fixture::end_actors() {
  for (auto& x : actors_)
    caf::anon_send_exit(x, caf::exit_reason::kill);
  consume_messages();
  actors_.clear();
}

camnode::actor_figures actor_fixture::figures(const std::string& name) const {
  for (auto& x : directory.look())
    if (x.name == name)
      return x;
  return {};
}

void actor_fixture::end_actor(const caf::actor& x, caf::exit_reason why) {
  caf::anon_send_exit(x, why);
  consume_messages();
}

} // namespace camnode_test
