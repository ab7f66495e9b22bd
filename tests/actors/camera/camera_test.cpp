#define CAF_SUITE camera_actor
#include "tests/camnode_test.hpp"

#include "actors/camera/camera.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/frame_samples.hpp"

#include <memory>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

/// A device in the hands of the test.
struct fake_device {
  make_frame_source maker() {
    return [this] { return std::make_unique<source>(*this); };
  }

  void deliver(int64_t capture_mono_ns = 1'000) {
    captured_frame x;
    x.jpeg = owned(plain_jpeg());
    x.capture_mono_ns = capture_mono_ns;
    x.capture_utc_ns = 77;
    x.exposure_us = 500;
    x.width = 64;
    x.height = 48;
    events.on_frame(std::move(x));
  }

  int sources = 0; ///< Alive.
  int starts = 0;
  caf::error refusal;
  source_events events;

private:
  struct source : frame_source {
    explicit source(fake_device& x) : device(x) {
      ++device.sources;
    }

    ~source() override {
      --device.sources;
      device.events = {};
    }

    caf::error start(source_events events) override {
      ++device.starts;
      if (device.refusal)
        return device.refusal;
      device.events = std::move(events);
      return caf::none;
    }

    fake_device& device;
  };
};

struct fixture : actor_fixture {
  fixture()
    : ring(
      std::make_shared<frame_ring>(frame_ring::limits{size_t{1} << 30, 1h})),
      board(std::make_shared<camera_board>(42)) {
  }

  ~fixture() override {
    end_actors();
  }

  void start_camera() {
    testee = start<camera>("camera", device.maker(), ring, board,
                           camera::patience{10s, 2s});
  }

  uint64_t newest_number() const {
    auto x = ring->newest();
    return x ? x->sequence : 0;
  }

  fake_device device;
  std::shared_ptr<frame_ring> ring;
  camera_board_ptr board;
  camera_actor testee;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(camera_tests, fixture)

CAF_TEST(frames go to the ring with number and run and times) {
  start_camera();
  device.deliver(1'000);
  device.deliver(2'000);
  CAF_CHECK_EQUAL(ring->stats().pushed, 2u);
  auto x = ring->newest();
  CAF_CHECK_EQUAL(x->epoch, 42u);
  CAF_CHECK_EQUAL(x->sequence, 2u);
  CAF_CHECK_EQUAL(x->capture_mono_ns, 2'000);
  CAF_CHECK_EQUAL(x->capture_utc_ns, 77);
  CAF_CHECK_EQUAL(x->exposure_us, 500);
  CAF_CHECK_EQUAL(x->width, 64u);
  CAF_CHECK_EQUAL(x->height, 48u);
  CAF_CHECK_EQUAL(x->jpeg.size(), plain_jpeg().size());
  CAF_CHECK(x->gap.place == loss_place::none);
}

CAF_TEST(a frame whose capture time nobody knows says so) {
  start_camera();
  captured_frame x;
  x.jpeg = owned(plain_jpeg());
  x.is_timed = false;
  device.events.on_frame(std::move(x));
  CAF_CHECK_EQUAL(ring->newest()->flags, uint32_t{frame::arrival_time});
  device.deliver(2'000);
  CAF_CHECK_EQUAL(ring->newest()->flags, 0u);
}

CAF_TEST(a loss becomes a gap before the next frame) {
  start_camera();
  device.deliver();
  device.events.on_loss(loss_place::encoder, 3);
  device.deliver();
  auto x = ring->newest();
  CAF_CHECK_EQUAL(x->sequence, 5u);
  CAF_CHECK_EQUAL(x->gap.first, 2u);
  CAF_CHECK_EQUAL(x->gap.last, 4u);
  CAF_CHECK(x->gap.place == loss_place::encoder);
  CAF_CHECK_EQUAL(board->lost(loss_place::encoder), 3u);
}

CAF_TEST(a picture that no reader would take is a loss of the encoder) {
  start_camera();
  device.deliver();
  for (auto size : {max_jpeg_bytes + 1, max_jpeg_bytes}) {
    captured_frame x;
    x.jpeg = frame_bytes{size};
    x.jpeg.resize(size);
    device.events.on_frame(std::move(x));
  }
  CAF_CHECK_EQUAL(ring->stats().pushed, 2u);
  CAF_CHECK_EQUAL(newest_number(), 3u);
  CAF_CHECK(ring->newest()->gap.place == loss_place::encoder);
  CAF_CHECK_EQUAL(board->lost(loss_place::encoder), 1u);
}

CAF_TEST(numbers go on after a restart) {
  start_camera();
  device.deliver();
  device.deliver();
  device.events.on_loss(loss_place::source, 1);
  end(testee, caf::exit_reason::kill);
  CAF_CHECK_EQUAL(device.sources, 0);
  start_camera();
  CAF_CHECK_EQUAL(device.sources, 1);
  device.deliver();
  CAF_CHECK_EQUAL(newest_number(), 4u);
  auto x = ring->newest();
  CAF_CHECK_EQUAL(x->gap.first, 3u);
}

CAF_TEST(the time between two lives is a gap at the rate of the first) {
  start_camera();
  for (int64_t i = 1; i <= 20; ++i)
    device.deliver(i * 40'000'000);
  end(testee, caf::exit_reason::kill);
  start_camera();
  device.deliver(20 * 40'000'000 + 1'000'000'000);
  auto x = ring->newest();
  CAF_CHECK_EQUAL(x->sequence, 45u);
  CAF_CHECK_EQUAL(x->gap.first, 21u);
  CAF_CHECK_EQUAL(x->gap.last, 44u);
  CAF_CHECK(x->gap.place == loss_place::source);
  CAF_CHECK_EQUAL(board->lost(loss_place::source), 24u);
}

CAF_TEST(a source that cannot start ends the camera with its error) {
  device.refusal = caf::make_error(ec::open_failed, std::string{"no /dev/x"});
  start_camera();
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::open_failed);
  CAF_CHECK_EQUAL(board->state(), "open failed: no /dev/x");
  CAF_CHECK_EQUAL(device.sources, 0);
}

CAF_TEST(a source that ends takes the camera with it) {
  start_camera();
  device.deliver();
  device.events.on_end(caf::make_error(ec::source_ended, std::string{"eof"}));
  consume_messages();
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::source_ended);
  CAF_CHECK_EQUAL(board->state(), "source ended: eof");
  CAF_CHECK_EQUAL(device.sources, 0);
}

CAF_TEST(a source has its time for the first frame) {
  start_camera();
  advance(9'900ms);
  CAF_CHECK(ends.empty());
  advance(200ms);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::source_stalled);
}

CAF_TEST(a stall ends the camera with source_stalled) {
  start_camera();
  for (int i = 0; i < 10; ++i) {
    device.deliver();
    advance(1s);
  }
  CAF_CHECK(ends.empty());
  CAF_CHECK_EQUAL(board->state(), "delivering");
  CAF_CHECK_EQUAL(figures("camera").state, "delivering, frame 10");
  advance(1'500ms);
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::source_stalled);
  CAF_CHECK_EQUAL(board->state(),
                  "no frame for 2000 ms, after 10 delivered of 10");
  CAF_CHECK_EQUAL(device.sources, 0);
}

CAF_TEST(a source without a limit may pause) {
  testee = start<camera>("camera", device.maker(), ring, board,
                         camera::patience{10s, camera::no_limit});
  device.deliver();
  advance(60s);
  CAF_CHECK(ends.empty());
  CAF_CHECK_EQUAL(device.starts, 1);
}

CAF_TEST(a camera whose frames all get lost is stalled) {
  start_camera();
  device.deliver();
  for (int i = 0; i < 10 && ends.empty(); ++i) {
    device.events.on_loss(loss_place::encoder, 1);
    advance(300ms);
  }
  CAF_REQUIRE_EQUAL(ends.size(), 1u);
  CAF_CHECK(ends[0] == ec::source_stalled);
  CAF_CHECK(board->state().find("after 1 delivered of ") != std::string::npos);
}

CAF_TEST(why a camera is started again is said until frames come) {
  device.refusal = caf::make_error(ec::open_failed, std::string{"no /dev/x"});
  start_camera();
  device.refusal = {};
  start_camera();
  CAF_CHECK_EQUAL(board->state(),
                  "starting again; before: open failed: no /dev/x");
  device.deliver();
  advance(500ms);
  CAF_CHECK_EQUAL(board->state(), "delivering");
}

CAF_TEST(frames of an earlier life do not count as the first) {
  start_camera();
  device.deliver();
  end(testee);
  start_camera();
  advance(9s);
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST(an event that comes after the end of the actor does no harm) {
  start_camera();
  auto late = device.events.on_end;
  end(testee);
  testee = nullptr;
  late(caf::make_error(ec::source_ended, std::string{"late"}));
  consume_messages();
  CAF_CHECK_EQUAL(ends.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
