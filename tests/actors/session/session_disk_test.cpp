#define CAF_SUITE session_disk
#include "tests/camnode_test.hpp"

#include "tests/actors/session/session_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

/// A camera that delivers 1 MB every 250 ms for `n` seconds.
template <class Fixture>
void deliver(Fixture& x, int n) {
  for (int i = 0; i < n * 4; ++i) {
    for (auto& camera : x.cameras->look())
      camera.board->update([](viewer_figures& f) { f.bytes += 1'000'000; });
    x.advance(250ms);
  }
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_disk_tests, session_fixture)

CAF_TEST(a manifest that the disk refuses is tried until it takes it) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(1s);
  disk->error = "write failed: full";
  stop_recording();
  ledger->finish();
  advance(5s);
  CAF_CHECK_EQUAL(told.stopped, 0);
  CAF_CHECK(disk->written < 12);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "cannot write the manifest: write failed: full");
  CAF_CHECK_EQUAL(manifest("/state"), "recording");
  disk->error.clear();
  advance(1'500ms);
  CAF_CHECK_EQUAL(told.stopped, 1);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  CAF_CHECK_EQUAL(light("/last_error"), "");
}

CAF_TEST(losses that could not be written are written later) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  advance(1'500ms);
  disk->error = "full";
  ledger->lost({1, 2, 4, loss_place::network, 0});
  advance(2s);
  disk->error.clear();
  advance(1'500ms);
  CAF_CHECK_EQUAL(manifest("/cameras/left/lost"), 3);
}

CAF_TEST(no session begins while the last one is open on disk) {
  start_session_actor();
  start_recording();
  disk->error = "full";
  stop_recording();
  advance(16s);
  CAF_CHECK_EQUAL(told.stopped, 1);
  tell(testee, record_command{true, "", 0, false});
  CAF_CHECK(!told.sessions.back().exists());
  CAF_CHECK_EQUAL(light("/commands_refused"), 1);
  disk->error.clear();
  advance(1'500ms);
  CAF_CHECK_EQUAL(manifest("/state"), "finished");
  start_recording();
  CAF_CHECK(told.sessions.back().open());
}

CAF_TEST(a disk that does not answer shows in the light within two seconds) {
  auto ledger = add_camera("left");
  start_session_actor();
  start_recording();
  ledger->begin(told.sessions[0]);
  ledger->durable(now_ns);
  advance(1s);
  CAF_CHECK_EQUAL(light("/last_error"), "");
  disk->stuck = true;
  ledger->lost({1, 2, 4, loss_place::network, 0});
  advance(3'500ms); // It is asked within one.
  CAF_CHECK_EQUAL(light("/last_error"),
                  "cannot write the manifest: the disk does not answer");
  CAF_CHECK_EQUAL(light("/cameras/left/state"), "stalled");
  disk->stuck = false;
  disk->go_on();
  advance(500ms);
  CAF_CHECK_EQUAL(light("/last_error"), "");
}

CAF_TEST(a start without room for ten minutes is refused and may be forced) {
  add_camera("left");
  free_bytes = uint64_t{2'300'000'000};
  start_session_actor();
  deliver(*this, 5);
  start_recording();
  CAF_CHECK(told.sessions.empty());
  CAF_CHECK_EQUAL(light("/state"), "idle");
  CAF_CHECK_EQUAL(light("/last_error"),
                  "start: the disk is full in less than 10 minutes, 2300 MB "
                  "free, 4000 kB/s; make room, or start with \"force\":true");
  CAF_CHECK_EQUAL(light("/disk/minutes_left"), 9);
  start_recording("", 0, true);
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  free_bytes = 0;
  deliver(*this, 5);
  CAF_CHECK_EQUAL(light("/state"), "recording");
}

CAF_TEST(a recording is stopped a minute before the disk is full) {
  add_camera("left");
  free_bytes = uint64_t{10'000'000'000};
  start_session_actor();
  deliver(*this, 5);
  start_recording();
  CAF_CHECK_EQUAL(told.sessions.size(), 1u);
  free_bytes = uint64_t{239'000'000};
  deliver(*this, 2);
  CAF_REQUIRE(told.sessions.size() >= 2);
  CAF_CHECK(told.sessions[1].stop_ms != 0);
  CAF_CHECK_EQUAL(light("/last_error"),
                  "stopped: the disk is full in less than 60 s, 239 MB free, "
                  "4000 kB/s");
}

CAF_TEST_FIXTURE_SCOPE_END()
