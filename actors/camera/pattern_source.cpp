#include "actors/camera/pattern_source.hpp"

#include "actors/camera/test_pattern.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"

#include <cinttypes>
#include <cstdio>
#include <exception>
#include <utility>

namespace camnode {

namespace {

bool good_side(int x, int least) {
  return x >= least && x <= test_pattern::max_side && x % 2 == 0;
}

/// What is wrong, or nothing.
std::string complaint(const pattern_options& x) {
  if (!good_side(x.width, test_pattern::min_width)
      || !good_side(x.height, test_pattern::min_height))
    return "a test pattern is 64x48 to 4096x4096, both even, not "
           + std::to_string(x.width) + 'x' + std::to_string(x.height);
  if (!(x.fps > 0 && x.fps <= 1000))
    return "a test pattern's rate is above 0 and at most 1000 fps, not "
           + std::to_string(x.fps);
  if (x.quality < 1 || x.quality > 100)
    return "JPEG quality is 1 to 100, not " + std::to_string(x.quality);
  return {};
}

/// Draws and encodes one frame after the other.
class pattern_camera {
public:
  explicit pattern_camera(const pattern_options& options)
    : pattern_(options.id, options.width, options.height),
      quality_(options.quality) {
  }

  captured_frame capture(uint64_t number) {
    captured_frame result;
    result.capture_mono_ns = capture_clock_ns();
    result.capture_utc_ns = utc_clock_ns();
    auto picture = pattern_.draw(number, result.capture_utc_ns);
    char comment[128];
    snprintf(comment, sizeof(comment),
             "camnode frame=%" PRIu64 " mono=%" PRId64 " utc=%" PRId64, number,
             result.capture_mono_ns, result.capture_utc_ns);
    result.jpeg = encoder_.encode(picture, quality_, comment);
    result.width = static_cast<uint16_t>(picture.width);
    result.height = static_cast<uint16_t>(picture.height);
    return result;
  }

private:
  test_pattern pattern_;
  jpeg_encoder encoder_;
  const int quality_;
};

} // namespace

pattern_source::pattern_source(pattern_options options)
  : options_(std::move(options)) {
}

pattern_source::~pattern_source() {
  pacer_.stop();
  if (thread_.joinable())
    thread_.join();
}

caf::error pattern_source::start(source_events events) {
  if (auto text = complaint(options_); !text.empty())
    return caf::make_error(ec::bad_configuration, text);
  events_ = std::move(events);
  thread_ = std::thread{[this] {
    try {
      run();
    } catch (std::exception& x) {
      auto text = std::string{"test pattern: "} + x.what();
      events_.on_end(caf::make_error(ec::source_ended, text));
    }
  }};
  return caf::none;
}

void pattern_source::run() {
  using std::chrono::duration;
  using std::chrono::duration_cast;
  pattern_camera camera{options_};
  auto start = pacer::clock::now();
  auto due_at = [&](uint64_t tick) {
    duration<double> since_start{static_cast<double>(tick) / options_.fps};
    return start + duration_cast<pacer::clock::duration>(since_start);
  };
  for (uint64_t tick = 0; pacer_.wait_until(due_at(tick)); ++tick) {
    duration<double> passed = pacer::clock::now() - start;
    auto now = static_cast<uint64_t>(passed.count() * options_.fps);
    if (now > tick) {
      events_.on_loss(loss_place::encoder, now - tick);
      tick = now;
    }
    events_.on_frame(camera.capture(tick + 1));
  }
}

} // namespace camnode
