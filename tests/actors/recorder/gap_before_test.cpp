#define CAF_SUITE gap_before
#include "tests/camnode_test.hpp"

#include "actors/recorder/gap_before.hpp"
#include "messages/capture_bound.hpp"

using namespace camnode;

namespace {

using run_end = gap_before::run_end;

constexpr frame_number last{7, 10};
constexpr uint64_t max_exact = (uint64_t{1} << 53) - 1;

frame frame_of(uint64_t epoch, uint64_t sequence) {
  frame x;
  x.epoch = epoch;
  x.sequence = sequence;
  return x;
}

/// In short: `7:11-14 network` for each loss, and `end` or `broken` in front.
std::string text(const frame& x, uint64_t skipped = 0,
                 frame_number before = last, uint64_t last_of_run = 0) {
  auto gap = find_gap({before, 40'000'000, last_of_run}, x, skipped, 500);
  std::string result;
  if (gap.end != run_end::none)
    result = gap.end == run_end::new_run ? "end"
             : gap.end == run_end::jump  ? "jump"
                                         : "broken";
  if (gap.until.sequence != 0)
    result += " until " + std::to_string(gap.until.epoch) + ":"
              + std::to_string(gap.until.sequence);
  for (auto& y : gap.losses) {
    CAF_CHECK_EQUAL(y.before_ns, 500);
    result += (result.empty() ? "" : ", ") + std::to_string(y.epoch) + ":"
              + std::to_string(y.first) + "-" + std::to_string(y.last) + " "
              + to_string(y.place);
  }
  return result;
}

} // namespace

CAF_TEST(the next frame of a run misses nothing) {
  CAF_CHECK_EQUAL(text(frame_of(7, 11)), "");
}

CAF_TEST(what the viewer noted is where frames were lost) {
  auto x = frame_of(7, 15);
  x.gap.first = 11;
  x.gap.last = 14;
  x.gap.place = loss_place::network;
  CAF_CHECK_EQUAL(text(x), "7:11-14 network");
  CAF_CHECK_EQUAL(text(x, 2), "7:11-14 client ring");
  x.gap.first = 13; // Not all that is missing.
  CAF_CHECK_EQUAL(text(x), "7:11-14 client ring");
}

CAF_TEST(a new run begins with its first number) {
  CAF_CHECK_EQUAL(text(frame_of(8, 1)), "end");
  auto x = frame_of(8, 4);
  x.gap.first = 1;
  x.gap.last = 3;
  x.gap.place = loss_place::server_ring;
  CAF_CHECK_EQUAL(text(x), "end, 8:1-3 server ring");
}

CAF_TEST(of a new run no more is missing than its first numbers) {
  CAF_CHECK_EQUAL(text(frame_of(8, 1), 3), "end");
  CAF_CHECK_EQUAL(text(frame_of(8, 3), 3), "end, 8:1-2 client ring");
  CAF_CHECK_EQUAL(text(frame_of(8, 3), 2), "end, 8:1-2 client ring");
}

CAF_TEST(a stream without numbers that breaks off hides what it lost) {
  auto x = frame_of(0, 11);
  x.gap.unknown = true;
  CAF_CHECK_EQUAL(text(x, 0, {0, 10}), "broken");
  x.sequence = 14; // Our own numbers are bounded by what came.
  CAF_CHECK_EQUAL(text(x, 0, {0, 10}), "broken, 0:11-13 client ring");
}

CAF_TEST(numbers that no camera counts to are unknown and no loss) {
  constexpr uint64_t far = max_exact;
  CAF_CHECK_EQUAL(text(frame_of(7, far)),
                  "jump until 7:" + std::to_string(far));
  CAF_CHECK_EQUAL(text(frame_of(8, far)), "end until 8:" + std::to_string(far));
  // What the ring let go of is known to be lost.
  CAF_CHECK_EQUAL(text(frame_of(7, far), 3),
                  "jump until 7:" + std::to_string(far - 3)
                    + ", 7:" + std::to_string(far - 3) + "-"
                    + std::to_string(far - 1) + " client ring");
  auto x = frame_of(7, far);
  x.gap = {far - 2, far - 1, loss_place::network, true};
  CAF_CHECK_EQUAL(text(x), "jump until 7:" + std::to_string(far - 2)
                             + ", 7:" + std::to_string(far - 2) + "-"
                             + std::to_string(far - 1) + " network");
}

CAF_TEST(as many as a camera can capture meanwhile are lost) {
  auto most = most_captured(40'000'000);
  CAF_CHECK_EQUAL(text(frame_of(7, 11 + most)),
                  "7:11-" + std::to_string(10 + most) + " client ring");
  CAF_CHECK_EQUAL(text(frame_of(7, 12 + most)),
                  "jump until 7:" + std::to_string(12 + most));
}

CAF_TEST(a run that comes back goes on after its last number) {
  CAF_CHECK_EQUAL(text(frame_of(8, 21), 0, last, 20), "end");
  CAF_CHECK_EQUAL(text(frame_of(8, 24), 0, last, 20),
                  "end, 8:21-23 client ring");
  CAF_CHECK_EQUAL(text(frame_of(8, 24), 5, last, 20),
                  "end, 8:21-23 client ring");
}
