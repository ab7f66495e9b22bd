#define CAF_SUITE encode_pool

#include "tests/camnode_test.hpp"

#include "actors/camera/camera_board.hpp"
#include "actors/camera/encode_pool.hpp"
#include "tests/actors/camera/source_probe.hpp"

#include <condition_variable>
#include <mutex>
#include <set>

using namespace camnode;
using namespace camnode_test;

namespace {

const quality_control fixed_quality{80, 0, 30};

raw_frame picture(int64_t time) {
  raw_frame result;
  result.capture_mono_ns = time;
  return result;
}

/// An encoder that holds each picture until the test lets it go.
class gate {
public:
  make_encode_picture encoding() {
    return
      [this] { return [this](const raw_frame& x, int) { return pass(x); }; };
  }

  /// Waits until the picture is being encoded.
  bool wait_held(int64_t time) {
    std::unique_lock<std::mutex> guard{mutex_};
    return changed_.wait_for(guard, patience,
                             [&] { return held_.count(time) > 0; });
  }

  void let_go(int64_t time) {
    std::lock_guard<std::mutex> guard{mutex_};
    free_.insert(time);
    changed_.notify_all();
  }

private:
  encode_line::outcome pass(const raw_frame& x) {
    std::unique_lock<std::mutex> guard{mutex_};
    held_.insert(x.capture_mono_ns);
    changed_.notify_all();
    changed_.wait_for(guard, patience,
                      [&] { return free_.count(x.capture_mono_ns) > 0; });
    captured_frame result;
    result.capture_mono_ns = x.capture_mono_ns;
    return result;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<int64_t> held_;
  std::set<int64_t> free_;
};

std::vector<int64_t> times_of(source_probe& probe) {
  std::vector<int64_t> result;
  for (auto& x : probe.take_frames())
    result.push_back(x.capture_mono_ns);
  return result;
}

} // namespace

CAF_TEST(
  frames come in the order of pictures though the second is ready first) {
  source_probe probe;
  gate encoder;
  {
    encode_pool testee{2, 4, fixed_quality, probe.events(), encoder.encoding()};
    testee.add(picture(1));
    testee.add(picture(2));
    CAF_REQUIRE(encoder.wait_held(1) && encoder.wait_held(2));
    encoder.let_go(2);
    // The third is taken by the thread that is through with the second.
    testee.add(picture(3));
    CAF_REQUIRE(encoder.wait_held(3));
    CAF_CHECK_EQUAL(probe.frame_count(), 0u);
    encoder.let_go(1);
    CAF_REQUIRE(probe.wait_frames(2));
    encoder.let_go(3);
  }
  CAF_CHECK_EQUAL(times_of(probe), (std::vector<int64_t>{1, 2, 3}));
}

CAF_TEST(a full pool loses the newest picture and numbers stay true) {
  gate encoder;
  camera_board board{1};
  std::vector<std::string> seen;
  source_events events;
  events.on_frame = [&](captured_frame x) {
    frame_gap gap;
    auto number = board.take(x.capture_mono_ns, 0, gap);
    seen.push_back(std::to_string(number) + " without "
                   + std::to_string(gap.first) + '-' + std::to_string(gap.last)
                   + ' ' + to_string(gap.place));
  };
  events.on_loss = [&](loss_place place, uint64_t n) { board.lose(place, n); };
  {
    encode_pool testee{1, 2, fixed_quality, events, encoder.encoding()};
    testee.add(picture(1));
    CAF_REQUIRE(encoder.wait_held(1));
    testee.add(picture(2));
    testee.add(picture(3)); // Lost,
    testee.add(picture(4)); // and this one too.
    CAF_CHECK_EQUAL(board.captured(), 0u);
    encoder.let_go(1);
    CAF_REQUIRE(encoder.wait_held(2)); // Now there is room for one.
    testee.add(picture(5));
    encoder.let_go(2);
    encoder.let_go(5);
  }
  CAF_CHECK_EQUAL(seen, (std::vector<std::string>{"1 without 0-0 none",
                                                  "2 without 0-0 none",
                                                  "5 without 3-4 encoder"}));
  CAF_CHECK_EQUAL(board.captured(), 5u);
  CAF_CHECK_EQUAL(board.lost(loss_place::encoder), 2u);
}

CAF_TEST(a loss waits for the pictures before it) {
  source_probe probe;
  gate encoder;
  {
    encode_pool testee{1, 2, fixed_quality, probe.events(), encoder.encoding()};
    testee.lose(loss_place::source, 1);
    CAF_CHECK_EQUAL(probe.lost(), 1u);
    testee.add(picture(1));
    testee.lose(loss_place::source, 7);
    CAF_REQUIRE(encoder.wait_held(1));
    CAF_CHECK_EQUAL(probe.lost(), 1u);
    encoder.let_go(1);
    CAF_REQUIRE(probe.wait_frames(1));
  }
  CAF_CHECK_EQUAL(probe.lost(), 8u);
}

CAF_TEST(the end of a pool waits for what is inside) {
  source_probe probe;
  gate encoder;
  for (int i = 1; i <= 5; ++i)
    encoder.let_go(i);
  {
    encode_pool testee{2, 5, fixed_quality, probe.events(), encoder.encoding()};
    for (int i = 1; i <= 5; ++i)
      testee.add(picture(i));
  }
  CAF_CHECK_EQUAL(times_of(probe), (std::vector<int64_t>{1, 2, 3, 4, 5}));
  CAF_CHECK_EQUAL(probe.lost(), 0u);
}

CAF_TEST(the memory of a picture is given back before the frame is reported) {
  gate encoder;
  auto memory = std::make_shared<int>(0);
  std::vector<long> users;
  source_events events;
  events.on_frame = [&](captured_frame) {
    users.push_back(memory.use_count());
  };
  events.on_loss = [](loss_place, uint64_t) {};
  encoder.let_go(1);
  {
    encode_pool testee{1, 1, fixed_quality, events, encoder.encoding()};
    auto x = picture(1);
    x.memory = memory;
    testee.add(std::move(x));
  }
  CAF_CHECK_EQUAL(users, std::vector<long>{1});
}
