#define CAF_SUITE recording_losses
#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/recording_failure_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(recording_losses_tests, recording_failure_fixture)

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
  see_after_gap(300, 5, {1, 4, loss_place::server_ring}, 3);
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

CAF_TEST(what a stream without numbers lost with its connection is unknown) {
  record();
  see(100, 1, 0);
  frame_gap broken;
  broken.unknown = true;
  see_after_gap(900, 2, broken, 0);
  CAF_CHECK(losses().empty());
  CAF_REQUIRE_EQUAL(ledger->breaks().size(), 1u);
  CAF_CHECK_EQUAL(+ledger->breaks()[0].last.sequence, 1u);
  CAF_CHECK_EQUAL(+ledger->breaks()[0].before_ns, (start_ms + 900) * ms);
}

CAF_TEST(a frame that no piece takes is a loss and costs no other) {
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

CAF_TEST_FIXTURE_SCOPE_END()
