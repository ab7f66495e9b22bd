#define CAF_SUITE recording_failure
#include "tests/camnode_test.hpp"

#include "messages/disk/file_names.hpp"
#include "tests/actors/recorder/recorder_fixture.hpp"

#include <set>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

struct fixture : recorder_fixture {
  /// The books of a life whose segment, with frame 1, could not be closed.
  void leave_segment() {
    ledger->begin(session);
    ledger->segment_opened(0, start_ms, "left");
    ledger->written(*frame_at(100, 1), (start_ms + 100) * ms);
    ledger->durable(now_ns);
  }

  /// As the supervisor does.
  void restart() {
    end(testee, caf::exit_reason::kill);
    record();
  }

  void restart_with(const session_info& x) {
    end(testee, caf::exit_reason::kill);
    start_recorder();
    tell(testee, x);
  }

  /// Frame 1, and what comes with frame 6.
  void lose_two_to_five(frame_gap told) {
    record();
    see(100, 1);
    see_behind_gap(600, 6, told);
  }

  /// `captured = recorded + lost`, over both.
  void check_books(uint64_t captured) {
    auto x = ledger->look();
    CAF_CHECK_EQUAL(x.written + x.lost, captured);
    uint64_t named = 0;
    for (auto& loss : ledger->losses())
      named += loss.last - loss.first + 1;
    CAF_CHECK_EQUAL(named, x.lost);
    uint64_t on_disk = 0;
    for (auto& segment : disk.segments)
      on_disk += segment.frames.size();
    CAF_CHECK_EQUAL(on_disk, x.written);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(recording_failure_tests, fixture)

CAF_TEST(a gap that the viewer tells is in the ledger with its place) {
  lose_two_to_five({2, 5, loss_place::network});
  CAF_CHECK_EQUAL(losses(), texts{"2-5 of 1: network"});
  auto before_ns = ledger->losses().at(0).before_ns;
  CAF_CHECK_EQUAL(before_ns, (start_ms + 600) * ms);
  check_books(6);
}

CAF_TEST(a gap that nobody tells is the fault of our ring) {
  lose_two_to_five({});
  CAF_CHECK_EQUAL(losses(), texts{"2-5 of 1: client ring"});
  check_books(6);
}

CAF_TEST(a gap that is told of other frames is the fault of our ring) {
  lose_two_to_five({4, 5, loss_place::network});
  CAF_CHECK_EQUAL(losses(), texts{"2-5 of 1: client ring"});
  check_books(6);
}

CAF_TEST(frames that left the ring unread are lost there) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1'000, 1h});
  record();
  see(10, 1);
  for (uint64_t i = 2; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 10, i));
  look();
  CAF_CHECK_EQUAL(losses(), texts{"2-20 of 1: client ring"});
  check_books(30);
}

CAF_TEST(a gap told by a frame that left the ring is lost there too) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1'000, 1h});
  record();
  see(10, 1);
  auto behind_gap = frame_at(40, 4);
  behind_gap->gap = {2, 3, loss_place::network};
  push(std::move(behind_gap));
  for (uint64_t i = 5; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 10, i));
  look();
  CAF_CHECK_EQUAL(losses(), texts{"2-20 of 1: client ring"});
  check_books(30);
}

CAF_TEST(a new run of the server is no loss but for what it tells) {
  record();
  see(100, 70, 1);
  see(200, 1, 2);
  see_behind_gap(300, 5, {1, 4, loss_place::server_ring}, 3);
  CAF_CHECK_EQUAL(losses(), texts{"1-4 of 3: server ring"});
  CAF_CHECK_EQUAL(ledger->look().written, 3u);
}

CAF_TEST(the end of a run of the server is named) {
  record();
  see(100, 70, 1);
  see(200, 1, 2);
  auto breaks = ledger->breaks();
  CAF_REQUIRE_EQUAL(breaks.size(), 1u);
  CAF_CHECK_EQUAL(breaks[0].last.epoch, 1u);
  CAF_CHECK_EQUAL(breaks[0].last.sequence, 70u);
  CAF_CHECK_EQUAL(ledger->look().runs_ended, 1u);
}

CAF_TEST(frames that left the ring over a new run are counted) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{500, 1h});
  record();
  see(10, 1, 1);
  for (uint64_t i = 2; i <= 6; ++i)
    push(frame_at(static_cast<int64_t>(i) * 10, i, 1));
  for (uint64_t i = 1; i <= 8; ++i)
    push(frame_at(static_cast<int64_t>(i) * 10 + 100, i, 2));
  look();
  auto x = ledger->look();
  CAF_CHECK_EQUAL(x.lost_at[static_cast<size_t>(loss_place::client_ring)],
                  x.lost);
  CAF_CHECK_EQUAL(x.lost, 8u);
  check_books(14);
}

CAF_TEST(a full disk ends the recorder with write_failed) {
  record();
  see(100, 1);
  disk.full = true;
  see(200, 2);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::write_failed);
  CAF_CHECK_EQUAL(ledger->look().last_error, "write failed: disk full");
  CAF_CHECK_EQUAL(ledger->look().written, 1u);
  CAF_CHECK_EQUAL(written(), texts{"0-101: 1"});
}

CAF_TEST(a disk that cannot promise ends the recorder with sync_failed) {
  record();
  disk.forgets = true;
  see(100, 1);
  advance(1s);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::sync_failed);
}

CAF_TEST(frames that the disk did not promise are written again) {
  record();
  see(100, 1);
  advance(1s);
  disk.forgets = true;
  see(1'100, 2);
  see_behind_gap(1'200, 5, {3, 4, loss_place::network});
  advance(1s);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK_EQUAL(ledger->look().written, 1u);
  CAF_CHECK_EQUAL(ledger->look().durable, 1u);
  CAF_CHECK(losses().empty());
  CAF_CHECK_EQUAL(written(), texts{"0-101: 1"});
  disk.forgets = false;
  record();
  end(testee);
  CAF_CHECK_EQUAL(written(), (texts{"0-101: 1", "1100-1201: 2 5"}));
  CAF_CHECK_EQUAL(losses(), texts{"3-4 of 1: network"});
  check_books(5);
}

CAF_TEST(a segment that was left open is completed with its session) {
  leave_segment();
  record();
  see(200, 2);
  stop_at(1'000);
  CAF_CHECK(completed.empty());
  see(1'000, 3);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(completed, texts{"0"});
  auto segments = ledger->segments();
  CAF_REQUIRE_EQUAL(segments.size(), 2u);
  CAF_CHECK_EQUAL(segments[0].file, segment_stem(start_ms, start_ms + 1));
  CAF_CHECK_EQUAL(segments[0].end_ms, start_ms + 1);
  CAF_CHECK_EQUAL(ledger->look().last_error, "");
}

CAF_TEST(of segments that were left open the last one is completed first) {
  leave_segment();
  ledger->segment_opened(0, start_ms + 150, "150");
  record();
  see(200, 2);
  stop_at(1'000);
  see(1'000, 3);
  advance(beat);
  CAF_CHECK_EQUAL(completed, (texts{"150", "0"}));
}

CAF_TEST(what a stream without numbers lost with its connection is unknown) {
  record();
  see(100, 1, 0);
  frame_gap broken;
  broken.unknown = true;
  see_behind_gap(900, 2, broken, 0);
  CAF_CHECK(losses().empty());
  CAF_REQUIRE_EQUAL(ledger->breaks().size(), 1u);
  CAF_CHECK_EQUAL(+ledger->breaks()[0].last.sequence, 1u);
  CAF_CHECK_EQUAL(+ledger->breaks()[0].before_ns, (start_ms + 900) * ms);
}

CAF_TEST(a segment that cannot be completed is told and left open) {
  leave_segment();
  record();
  disk.forgets = true;
  stop_at(1'000);
  see(1'000, 2);
  advance(beat);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(completed, texts{"0"});
  auto segments = ledger->segments();
  CAF_REQUIRE_EQUAL(segments.size(), 1u);
  CAF_CHECK_EQUAL(segments[0].end_ms, 0);
  auto told = ledger->look().last_error;
  CAF_CHECK(told.find("gone") != told.npos);
}

CAF_TEST(a piece has a name of its own whatever became of others) {
  record();
  see(100, 1);
  advance(1s);
  for (int life = 0; life < 3; ++life) {
    disk.forgets = true;
    see(1'100 + life, 2 + static_cast<uint64_t>(life));
    advance(1s);
    disk.forgets = false;
    record();
  }
  end(testee);
  std::set<int64_t> starts;
  for (auto& x : disk.segments)
    CAF_CHECK(starts.insert(x.start_ms).second);
  CAF_CHECK_EQUAL(ledger->look().written, 4u);
}

CAF_TEST(a segment that cannot be opened ends the recorder) {
  disk.broken = true;
  record();
  see(100, 1);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::open_failed);
  CAF_CHECK_EQUAL(ledger->look().last_error, "open failed: broken");
}

CAF_TEST(a segment whose name is taken begins a little before) {
  disk.taken = {start_ms, start_ms - 1};
  record();
  see(100, 1);
  CAF_CHECK(ends.empty());
  CAF_CHECK_EQUAL(written(), texts{"-2-: 1"});
  CAF_CHECK_EQUAL(+ledger->segments().at(0).start_ms, start_ms - 2);
}

CAF_TEST(a segment without a frame does not end before it begins) {
  record();
  see(100, 1);
  disk.full = true;
  see(10'100, 2);
  CAF_CHECK_EQUAL(written(), (texts{"0-10000: 1", "10000-10001:"}));
}

CAF_TEST(a new recorder goes on behind the last frame written) {
  record();
  for (uint64_t i = 1; i <= 5; ++i)
    see(static_cast<int64_t>(i) * 100, i);
  end(testee, caf::exit_reason::kill);
  for (uint64_t i = 6; i <= 9; ++i)
    push(frame_at(static_cast<int64_t>(i) * 100, i));
  record();
  see(1'000, 10);
  end(testee);
  CAF_CHECK_EQUAL(written(),
                  (texts{"0-501: 1 2 3 4 5", "600-1001: 6 7 8 9 10"}));
  CAF_CHECK(losses().empty());
  check_books(10);
}

CAF_TEST(the next cut after a restart has its own name again) {
  record();
  see(100, 1);
  restart();
  see(9'000, 2);
  see(10'000, 3);
  CAF_CHECK_EQUAL(written(), (texts{"0-101: 1", "9000-10000: 2", "10000-: 3"}));
}

CAF_TEST(the frame that a full disk refused is written later) {
  record();
  see(100, 1);
  disk.full = true;
  see(200, 2);
  see(300, 3);
  record();
  CAF_CHECK_EQUAL(ends.size(), 2u);
  disk.full = false;
  record();
  CAF_CHECK_EQUAL(ledger->look().written, 3u);
  CAF_CHECK(losses().empty());
  check_books(3);
}

CAF_TEST(a gap in front of a refused frame is counted once) {
  record();
  see(100, 1);
  disk.full = true;
  see_behind_gap(600, 6, {2, 5, loss_place::network});
  record();
  record();
  disk.full = false;
  record();
  CAF_CHECK_EQUAL(losses(), texts{"2-5 of 1: network"});
  check_books(6);
}

CAF_TEST(frames that went while there was no recorder are lost in our ring) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{1'000, 1h});
  record();
  see(10, 1);
  end(testee, caf::exit_reason::kill);
  for (uint64_t i = 2; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 10, i));
  record();
  CAF_CHECK_EQUAL(losses(), texts{"2-20 of 1: client ring"});
  check_books(30);
}

CAF_TEST(a stop is completed by the next recorder) {
  record();
  see(100, 1);
  end(testee, caf::exit_reason::kill);
  push(frame_at(200, 2));
  session.stop_ms = start_ms + 1'000;
  record();
  advance(3s);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(written(), (texts{"0-101: 1", "200-1000: 2"}));
}

CAF_TEST(a frame that no segment takes is a loss and costs no other) {
  record();
  disk.bad_sequence = 2;
  see(100, 1);
  see(200, 2);
  see(300, 3);
  CAF_CHECK(ends.empty());
  CAF_CHECK_EQUAL(losses(), texts{"2-2 of 1: recorder"});
  check_books(3);
}

CAF_TEST(a picture of unknown size is a loss and costs no other) {
  record();
  auto x = frame_at(100, 1);
  x->width = 0;
  see(std::move(x));
  see(200, 2);
  CAF_CHECK(ends.empty());
  CAF_CHECK_EQUAL(written(), texts{"0-: 2"});
  CAF_CHECK_EQUAL(losses(), texts{"1-1 of 1: recorder"});
  check_books(2);
}

CAF_TEST(a refused frame is counted once over a restart) {
  record();
  disk.bad_sequence = 2;
  see(100, 1);
  see(200, 2);
  restart();
  see(300, 3);
  check_books(3);
}

CAF_TEST(a life that comes to the next session closes the books before) {
  leave_segment();
  ledger->keep(start_ms);
  start_recorder();
  auto next = session;
  next.start_ms += 2'000;
  next.anchor_mono_ns += 2'000 * ms;
  tell(testee, next);
  CAF_CHECK_EQUAL(completed, texts{"0"});
  auto before = ledger->snapshot(start_ms);
  CAF_CHECK(before->look().end_unknown);
  CAF_CHECK(!before->has_open_segment());
  CAF_CHECK_EQUAL(+ledger->look().session_ms, next.start_ms);
}

CAF_TEST(a life that comes when the next session is over closes the books) {
  leave_segment();
  start_recorder();
  auto next = session;
  next.start_ms += 2'000;
  next.stop_ms = start_ms + 3'000;
  tell(testee, next);
  CAF_CHECK(finished());
  CAF_CHECK_EQUAL(+ledger->look().session_ms, start_ms);
  CAF_CHECK_EQUAL(completed, texts{"0"});
}

CAF_TEST(a life that owes three sessions writes each of them) {
  std::vector<session_info> sessions(3, session);
  record();
  see(100, 1);
  advance(1s);
  for (int64_t i = 0; i < 3; ++i) {
    auto& x = sessions[static_cast<size_t>(i)];
    x.start_ms += i * 1'000;
    x.anchor_mono_ns += i * 1'000 * ms;
    ledger->announce(x); // The first one is open already.
    ledger->keep(x.start_ms);
    if (i < 2)
      x.stop_ms = x.start_ms + 500;
  }
  for (uint64_t i = 2; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 100, i));
  end(testee, caf::exit_reason::kill); // Held up since, and ended.
  start_recorder();
  for (auto& x : sessions)
    caf::anon_send(testee, x);
  sched.run();
  auto one = ledger->snapshot(start_ms);
  auto two = ledger->snapshot(start_ms + 1'000);
  CAF_CHECK_EQUAL(+one->look().written, 4u); // 100 to 400 ms.
  CAF_CHECK_EQUAL(+two->look().written, 5u); // 1000 to 1400 ms.
  CAF_CHECK_EQUAL(+ledger->look().written, 11u);
  for (auto& x : {one, two, ledger}) {
    CAF_CHECK_EQUAL(+x->look().lost, 0u);
    CAF_CHECK(!x->look().end_unknown);
  }
  CAF_CHECK(!ledger->owes(start_ms + 1'000));
}

CAF_TEST(a life that is late for a session names what the ring let go of) {
  ring = std::make_shared<frame_ring>(frame_ring::limits{500, 1h});
  record();
  see(100, 1);
  auto next = session;
  next.start_ms += 1'000;
  next.anchor_mono_ns += 1'000 * ms;
  ledger->announce(next);
  stop_at(500);
  for (uint64_t i = 2; i <= 30; ++i)
    push(frame_at(static_cast<int64_t>(i) * 100, i));
  advance(1s); // The first one is finished, all else has left the ring.
  CAF_CHECK(finished());
  auto told = ledger->look().lost;
  CAF_CHECK(ledger->is_announced(next.start_ms));
  restart_with(next);
  CAF_CHECK_EQUAL(+ledger->look().session_ms, next.start_ms);
  CAF_CHECK_EQUAL(told + ledger->look().lost + ledger->look().written, 29u);
}

CAF_TEST_FIXTURE_SCOPE_END()
