#include "tools/bench/commands.hpp"

#include "actors/observed/observed.hpp"
#include "messages/actors.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

namespace camnode::bench {

namespace {

using sink_actor = caf::typed_actor<caf::reacts_to<wake_atom>,
                                    caf::replies_to<beat_atom>::with<uint64_t>>;

/// Counts messages. @tparam Base With or without observation.
template <class Base>
class sink : public Base {
public:
  using Base::Base;

protected:
  typename Base::behavior_type make_behavior() override {
    return {
      [this](wake_atom) { ++count_; },
      [this](beat_atom) { return count_; },
    };
  }

private:
  uint64_t count_ = 0;
};

using plain_sink = sink<sink_actor::base>;
using observed_sink = sink<observed<sink_actor::base>>;

int64_t process_cpu_ns() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// @returns CPU time per message, from the sender to the end of the handler.
double cost_ns(caf::actor_system& system, const sink_actor& x, int messages) {
  caf::scoped_actor self{system};
  auto before = process_cpu_ns();
  // In bursts, as a queue that grows without bound measures the heap.
  for (int sent = 0; sent < messages; sent += 1000) {
    for (int i = 0; i < 1000; ++i)
      self->send(x, wake_atom_v);
    self->request(x, std::chrono::seconds(10), beat_atom_v)
      .receive([](uint64_t) {}, [](caf::error&) {});
  }
  return static_cast<double>(process_cpu_ns() - before) / messages;
}

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

} // namespace

int run_observe(const arguments& args) {
  auto messages = static_cast<int>(args.number("messages", 1'000'000));
  auto rounds = static_cast<int>(args.number("rounds", 9));
  actor_directory directory;
  alarm_board alarms;
  caf::actor_system_config config;
  config.add_message_types<caf::id_block::camnode>();
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", size_t{2});
  caf::actor_system system{config};
  std::vector<double> plain, observed;
  for (int i = 0; i < rounds; ++i) {
    plain.push_back(cost_ns(system, system.spawn<plain_sink>(), messages));
    actor_context context{&directory, &alarms, "sink", 0};
    observed.push_back(
      cost_ns(system, system.spawn<observed_sink>(context), messages));
  }
  auto a = median(plain);
  auto b = median(observed);
  std::cout << "{\"plain_ns\": " << a << ", \"observed_ns\": " << b
            << ", \"difference_ns\": " << b - a << "}\n";
  return 0;
}

} // namespace camnode::bench
