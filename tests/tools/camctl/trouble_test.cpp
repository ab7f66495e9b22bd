#define CAF_SUITE trouble
#include "tests/camnode_test.hpp"

#include "tools/camctl/trouble.hpp"

using namespace camctl;

namespace {

camnode::actor_report busy_for(int64_t ns) {
  camnode::actor_report x;
  x.name = "camera";
  x.busy_ns = ns;
  x.busy_with = "its start";
  return x;
}

camnode::actor_report waits_for(int64_t ns, uint64_t messages = 2) {
  camnode::actor_report x;
  x.name = "camera";
  x.mailbox = messages;
  x.oldest_ns = ns;
  return x;
}

} // namespace

CAF_TEST(a handler that runs for a second is trouble and a shorter one is not) {
  CAF_CHECK_EQUAL(trouble_of(busy_for(999'000'000)), "");
  CAF_CHECK_EQUAL(trouble_of(busy_for(1'000'000'000)),
                  "busy with its start for 1.0 s");
}

CAF_TEST(a message that waits for a second is trouble and a younger one not) {
  CAF_CHECK_EQUAL(trouble_of(waits_for(999'000'000)), "");
  CAF_CHECK_EQUAL(trouble_of(waits_for(1'000'000'000)),
                  "2 messages wait, the oldest for 1.0 s");
  CAF_CHECK_EQUAL(trouble_of(waits_for(1'000'000'000, 0)), "");
}

CAF_TEST(all of it is told) {
  auto x = waits_for(2'000'000'000);
  x.busy_ns = 3'000'000'000;
  x.busy_with = "write\n";
  x.alarm = "does not answer";
  CAF_CHECK_EQUAL(trouble_of(x), "does not answer, busy with write? for 3.0 s, "
                                 "2 messages wait, the oldest for 2.0 s");
}

CAF_TEST(who is not there is trouble) {
  camnode::actor_report x;
  x.alive = false;
  x.due_ns = 400'000'000;
  CAF_CHECK_EQUAL(trouble_of(x), "not there, starts again in 400 ms");
}
