#define CAF_SUITE recorder_size
#include "tests/camnode_test.hpp"

#include "actors/recorder/size_limit.hpp"
#include "tests/actors/recorder/recorder_fixture.hpp"

using namespace camnode;
using namespace camnode_test;

namespace {

struct fixture : recorder_fixture {
  /// Has the recorder see a picture of `width`, some us into the session.
  void see_size(int64_t at_us, uint16_t width) {
    auto x = frame_at(0, ++sequence);
    x->capture_mono_ns += at_us * 1'000;
    x->width = width;
    see(std::move(x));
  }

  std::string alarm(const std::string& of = "size") {
    auto all = alarms.look();
    auto i = all.find("recorder/" + of);
    return i == all.end() ? std::string{} : i->second;
  }

  uint64_t lost() const {
    return ledger->look().lost;
  }

  uint64_t sequence = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(recorder_size_tests, fixture)

CAF_TEST(a size that changes within a millisecond makes two sound films) {
  record();
  see_size(100'000, 64);
  see_size(100'300, 32);
  see_size(100'600, 64);
  stop_at(200);
  see(frame_at(300, ++sequence));
  advance(beat);
  // No film ends before its last frame, and their names are in their order:
  // the third one begins a little later than it was captured, and says so.
  CAF_CHECK_EQUAL(written(), (texts{"0-101: 1", "100-101: 2", "101-200: 3"}));
  auto& moved = disk.pieces.back().frames.at(0);
  CAF_CHECK_EQUAL(moved.flags, uint32_t{frame::time_adjusted});
  CAF_CHECK_EQUAL(moved.moved_ns, 400'000);
  CAF_CHECK_EQUAL(lost(), 0u);
  CAF_CHECK_EQUAL(alarm(), "");
}

CAF_TEST(a size that changes with each frame is an alarm and a named loss) {
  record();
  for (int64_t i = 0; i < 1'000; ++i)
    see_size(i * 4'000, i % 2 == 0 ? 64 : 32);
  CAF_CHECK_EQUAL(disk.pieces.size(), size_t{1} + size_limit::free_changes);
  CAF_CHECK_NOT_EQUAL(alarm().find("changes too often"), std::string::npos);
  auto x = ledger->look();
  CAF_CHECK_EQUAL(x.written + x.lost, 1'000u);
  CAF_CHECK(x.lost > 400);
  CAF_CHECK_EQUAL(x.lost_at[static_cast<size_t>(loss_place::recorder)], x.lost);
  CAF_CHECK_NOT_EQUAL(x.last_error.find("64x48"), std::string::npos);
  CAF_CHECK(ledger->losses().size() <= recording_ledger::max_losses);
  // Once it stays, recording goes on, and the alarm is over.
  for (int64_t i = 0; i < 20; ++i)
    see_size(4'000'000 + i * 500'000, 48);
  CAF_CHECK_EQUAL(alarm(), "");
  CAF_CHECK_EQUAL(disk.pieces.back().width, 48u);
  auto before = lost();
  see_size(14'000'000, 48);
  CAF_CHECK_EQUAL(lost(), before);
  CAF_CHECK_EQUAL(ledger->look().written + lost(), 1'021u);
}

CAF_TEST(a folder with the name of another one costs frames and no recorder) {
  disk.namesake = true;
  record();
  see(100, 1);
  see(200, 2);
  CAF_CHECK_EQUAL(losses(), (texts{"1-2 of 1: recorder"}));
  CAF_CHECK_EQUAL(alarm("folder"), "bad message: another folder's name");
  CAF_CHECK_EQUAL(ledger->look().last_error, alarm("folder"));
  advance(beat);
  CAF_CHECK_EQUAL(figures("recorder").state, "waiting for frames");
  // Somebody renames that other one.
  disk.namesake = false;
  see(300, 3);
  CAF_CHECK_EQUAL(written(), (texts{"0-: 3"}));
  CAF_CHECK_EQUAL(alarm("folder"), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
