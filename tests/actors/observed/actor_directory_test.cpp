#define CAF_SUITE actor_directory
#include "tests/camnode_test.hpp"

#include "actors/observed/actor_directory.hpp"
#include "messages/actors.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <thread>

using namespace camnode;

namespace {

/// Some message.
const auto beat_message = caf::make_message(beat_atom_v);
const caf::type_erased_tuple& beat = beat_message.content();

} // namespace

CAF_TEST(an actor is seen from open to close) {
  actor_directory directory;
  CAF_CHECK(directory.look().empty());
  auto probe = directory.open("camera", 4);
  probe->set_id(9);
  auto living = directory.look();
  CAF_REQUIRE_EQUAL(living.size(), 1u);
  CAF_CHECK_EQUAL(living[0].name, "camera");
  CAF_CHECK_EQUAL(living[0].parent, 4u);
  CAF_CHECK_EQUAL(living[0].id, 9u);
  CAF_CHECK_EQUAL(living[0].state, "starting");
  CAF_CHECK(living[0].uptime_ns >= 0);
  directory.close(probe, "over");
  CAF_CHECK(directory.look().empty());
}

CAF_TEST(a state and an error are as last set) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  probe->set_state("delivering");
  probe->set_error("a hiccup");
  auto x = directory.look().at(0);
  CAF_CHECK_EQUAL(x.state, "delivering");
  CAF_CHECK_EQUAL(x.last_error, "a hiccup");
  CAF_CHECK_EQUAL(probe->last_error(), "a hiccup");
}

CAF_TEST(a later life knows why the one before it ended) {
  actor_directory directory;
  CAF_CHECK_EQUAL(directory.restarts("camera"), 0u);
  auto first = directory.open("camera", 0);
  CAF_CHECK_EQUAL(directory.restarts("camera"), 0u);
  directory.close(first, "stalled");
  auto second = directory.open("camera", 0);
  CAF_CHECK_EQUAL(second->look().restarts, 1u);
  CAF_CHECK_EQUAL(second->look().last_error, "stalled");
  CAF_CHECK_EQUAL(second->look().last_end, "stalled");
  CAF_CHECK_EQUAL(directory.restarts("camera"), 1u);
  CAF_CHECK_EQUAL(directory.restarts("viewer"), 0u);
}

CAF_TEST(names have histories of their own) {
  actor_directory directory;
  directory.close(directory.open("a", 0), "a ended");
  auto b = directory.open("b", 0);
  CAF_CHECK_EQUAL(b->look().restarts, 0u);
  CAF_CHECK_EQUAL(b->look().last_error, "");
}

CAF_TEST(closing one of two lives with a name leaves the other) {
  actor_directory directory;
  auto ending = directory.open("camera", 0);
  auto next = directory.open("camera", 0);
  next->set_id(2);
  directory.close(ending, "late");
  directory.close(ending, "late");
  auto living = directory.look();
  CAF_REQUIRE_EQUAL(living.size(), 1u);
  CAF_CHECK_EQUAL(living[0].id, 2u);
}

CAF_TEST(what has arrived and is not handled waits) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  for (int i = 0; i < 3; ++i)
    probe->count_arrival();
  CAF_CHECK_EQUAL(probe->look().mailbox, 3u);
  probe->begin_handling(beat);
  probe->end_handling(true);
  CAF_CHECK_EQUAL(probe->look().mailbox, 2u);
  CAF_CHECK_EQUAL(probe->look().handled, 1u);
}

CAF_TEST(a message that was skipped still waits) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  probe->count_arrival();
  probe->begin_handling(beat);
  probe->end_handling(false);
  CAF_CHECK_EQUAL(probe->look().mailbox, 1u);
  CAF_CHECK_EQUAL(probe->look().handled, 0u);
}

CAF_TEST(more handled than arrived is an empty mailbox) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  probe->begin_handling(beat);
  probe->end_handling(true);
  CAF_CHECK_EQUAL(probe->look().mailbox, 0u);
}

CAF_TEST(an actor is busy between the ends of a handler alone) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  CAF_CHECK_EQUAL(probe->look().busy_ns, 0);
  probe->begin_handling(beat);
  auto before = probe->look().busy_ns;
  CAF_CHECK(before >= 0);
  CAF_CHECK(probe->look().busy_ns >= before);
  probe->end_handling(true);
  CAF_CHECK_EQUAL(probe->look().busy_ns, 0);
}

CAF_TEST(the message in hand does not wait) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  for (int i = 0; i < 3; ++i)
    probe->count_arrival();
  probe->begin_handling(beat);
  CAF_CHECK_EQUAL(probe->look().mailbox, 2u);
  CAF_CHECK_EQUAL(probe->look().busy_with, "beat");
  probe->end_handling(true);
  CAF_CHECK_EQUAL(probe->look().mailbox, 2u);
  CAF_CHECK_EQUAL(probe->look().busy_with, "");
}

CAF_TEST(the oldest message that waits ages until it is taken) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  CAF_CHECK_EQUAL(probe->look().oldest_ns, 0);
  auto before = client_clock_ns();
  probe->count_arrival();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  probe->count_arrival();
  auto oldest = probe->look().oldest_ns;
  CAF_CHECK(oldest >= 5'000'000);
  CAF_CHECK(oldest <= client_clock_ns() - before + 1000);
  probe->begin_handling(beat);
  CAF_CHECK(probe->look().oldest_ns < client_clock_ns() - before - 4'000'000);
  probe->end_handling(true);
  probe->begin_handling(beat);
  CAF_CHECK_EQUAL(probe->look().oldest_ns, 0);
}

CAF_TEST(handlers are counted by message and timed) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  for (int i = 0; i < 3; ++i) {
    probe->begin_handling(beat);
    probe->end_handling(true);
  }
  probe->begin_handling(beat);
  probe->end_handling(false);
  auto x = probe->look();
  CAF_REQUIRE_EQUAL(x.messages.size(), 1u);
  CAF_CHECK_EQUAL(x.messages[0].type, "beat");
  CAF_CHECK_EQUAL(x.messages[0].count, 3u);
  CAF_CHECK_EQUAL(x.handlers.total, 3u);
}

CAF_TEST(an actor that is still starting is busy with that) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  probe->count_arrival();
  probe->begin_start();
  CAF_CHECK_EQUAL(probe->look().busy_with, actor_probe::starting);
  CAF_CHECK_EQUAL(probe->look().mailbox, 1u);
  probe->end_start();
  CAF_CHECK_EQUAL(probe->look().busy_ns, 0);
}

CAF_TEST(an actor that is to be started again is seen until it is) {
  actor_directory directory;
  directory.close(directory.open("camera", 3, "root"), "stalled");
  directory.schedule("camera", "root", "stalled", 77);
  auto waiting = directory.to_come();
  CAF_REQUIRE_EQUAL(waiting.size(), 1u);
  CAF_CHECK_EQUAL(waiting[0].name, "camera");
  CAF_CHECK_EQUAL(waiting[0].supervisor, "root");
  CAF_CHECK_EQUAL(waiting[0].last_end, "stalled");
  CAF_CHECK_EQUAL(waiting[0].due_ns, 77);
  auto next = directory.open("camera", 3, "root");
  CAF_CHECK(directory.to_come().empty());
  CAF_CHECK_EQUAL(next->look().supervisor, "root");
}

CAF_TEST(an actor that nobody will start is forgotten) {
  actor_directory directory;
  directory.schedule("camera", "root", "stalled", 77);
  directory.forget("camera");
  CAF_CHECK(directory.to_come().empty());
}

CAF_TEST(an actor that is not started again keeps its history) {
  actor_directory directory;
  directory.close(directory.open("camera", 0), "stalled");
  directory.close(directory.open("camera", 0), "stalled");
  directory.schedule("camera", "root", "stalled", 77);
  directory.unschedule("camera");
  CAF_CHECK(directory.to_come().empty());
  CAF_CHECK_EQUAL(directory.restarts("camera"), 1u);
}

CAF_TEST(who was forgotten begins anew) {
  actor_directory directory;
  auto viewer = directory.open("viewer", 0);
  directory.forget("viewer"); // Its supervisor has told it to end.
  directory.close(viewer, "user_shutdown");
  auto next = directory.open("viewer", 0)->look();
  CAF_CHECK_EQUAL(next.restarts, 0u);
  CAF_CHECK_EQUAL(next.last_end, "");
  CAF_CHECK_EQUAL(next.last_error, "");
}

CAF_TEST(ever new names do not take ever more memory) {
  actor_directory directory;
  auto here = directory.open("here", 0);
  directory.close(directory.open("here", 0), "");
  for (size_t i = 0; i < 2 * actor_directory::max_names; ++i)
    directory.close(directory.open("server-" + std::to_string(i), 0), "");
  CAF_CHECK_EQUAL(directory.restarts("here"), 1u);
  size_t known = 0;
  for (size_t i = 0; i < 2 * actor_directory::max_names; ++i) {
    auto name = "server-" + std::to_string(i);
    auto again = directory.open(name, 0);
    known += again->look().restarts;
    directory.close(again, "");
  }
  CAF_CHECK(known <= actor_directory::max_names);
}

CAF_TEST(a text is cut before it takes memory) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  probe->set_state(std::string(100'000, 'x'));
  probe->set_error(std::string(100'000, 'x'));
  CAF_CHECK_EQUAL(probe->look().state.size(), 512u);
  CAF_CHECK_EQUAL(probe->look().last_error.size(), 512u);
}

CAF_TEST(one thread looks while others come and go) {
  actor_directory directory;
  auto come_and_go = [&](const char* name) {
    for (int i = 0; i < 500; ++i) {
      auto probe = directory.open(name, 0);
      probe->set_state("at work");
      probe->count_arrival();
      directory.close(probe, "done");
    }
  };
  std::thread a{come_and_go, "a"};
  std::thread b{come_and_go, "b"};
  size_t most = 0;
  while (directory.restarts("a") < 499 || directory.restarts("b") < 499)
    most = std::max(most, directory.look().size());
  a.join();
  b.join();
  CAF_CHECK(most <= 2);
  CAF_CHECK(directory.look().empty());
}

CAF_TEST(an actor is found by its id for as long as it lives) {
  actor_directory directory;
  auto probe = directory.open("camera", 0);
  probe->set_id(9);
  CAF_CHECK(directory.find(9) == probe);
  CAF_CHECK(directory.find(8) == nullptr);
  directory.close(probe, "over");
  CAF_CHECK(directory.find(9) == nullptr);
}
