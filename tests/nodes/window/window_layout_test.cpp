#define CAF_SUITE window_layout
#include "tests/camnode_test.hpp"

#include "nodes/window/window_layout.hpp"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using namespace camnode;

namespace {

constexpr int64_t second_ns = 1'000'000'000;

int right_of(const box& x) {
  return x.x + x.width;
}

int bottom_of(const box& x) {
  return x.y + x.height;
}

bool contains(const box& outer, const box& inner) {
  return inner.x >= outer.x && inner.y >= outer.y
         && right_of(inner) <= right_of(outer)
         && bottom_of(inner) <= bottom_of(outer) && inner.width > 0
         && inner.height > 0;
}

bool apart(const box& x, const box& y) {
  return right_of(x) <= y.x || right_of(y) <= x.x || bottom_of(x) <= y.y
         || bottom_of(y) <= x.y;
}

bool sound(const std::vector<tile_boxes>& tiles, int width, int height) {
  for (size_t i = 0; i < tiles.size(); ++i) {
    auto& x = tiles[i];
    if (!contains({0, 0, width, height}, x.whole)
        || !contains(x.whole, x.picture) || !contains(x.whole, x.bar)
        || !apart(x.picture, x.bar))
      return false;
    for (size_t k = 0; k < i; ++k)
      if (!apart(x.whole, tiles[k].whole))
        return false;
  }
  return true;
}

size_t columns_of(const std::vector<tile_boxes>& tiles) {
  size_t result = 0;
  while (result < tiles.size() && tiles[result].whole.y == 0)
    ++result;
  return result;
}

/// Every character is as wide as a label's text is high.
int ten_each(const std::string& x) {
  return 10 * static_cast<int>(x.size());
}

tile_boxes bar_of(int width) {
  tile_boxes result;
  result.bar = {0, 0, width, 25};
  result.text_height = 10;
  return result;
}

/// A camera that is fine, outside of any session.
tile_facts fine() {
  tile_facts result;
  result.server.id = "left";
  result.server.online = true;
  result.server.rate_mhz = 30'000;
  result.viewer.connected = true;
  result.viewer.newest_ns = 100 * second_ns;
  result.now_ns = 100 * second_ns + 30'000'000;
  result.truth = "idle";
  result.rate_hz = 29.96;
  result.width = 1920;
  result.height = 1080;
  return result;
}

std::vector<std::string> details_of(const tile_facts& x) {
  std::vector<std::string> result;
  for (auto& detail : describe(x).details)
    result.push_back(detail.text);
  return result;
}

std::string detail_of(const tile_facts& x, size_t i) {
  return describe(x).details.at(i).text;
}

using strings = std::vector<std::string>;

std::vector<std::string> texts_of(const label_line& x) {
  std::vector<std::string> result;
  for (auto& piece : x.pieces)
    result.push_back(piece.content.text);
  return result;
}

} // namespace

CAF_TEST(tiles of up to 64 cameras lie apart and inside of the window) {
  for (size_t n = 0; n <= 64; ++n)
    for (auto [width, height] :
         {std::pair{min_window_width, min_window_height}, std::pair{1280, 720},
          std::pair{700, 1900}, std::pair{3839, 321}}) {
      auto tiles = plan_grid(n, width, height);
      CAF_CHECK_EQUAL(tiles.size(), n);
      CAF_CHECK(sound(tiles, width, height));
    }
}

CAF_TEST(one camera has the window for itself) {
  auto tiles = plan_grid(1, 1280, 720);
  CAF_REQUIRE_EQUAL(tiles.size(), 1u);
  CAF_CHECK((tiles[0].whole == box{0, 0, 1280, 720}));
  CAF_CHECK_EQUAL(right_of(tiles[0].bar), 1280);
  CAF_CHECK_EQUAL(bottom_of(tiles[0].bar), 720);
}

CAF_TEST(the grid of a wide window is nearly square) {
  CAF_CHECK_EQUAL(columns_of(plan_grid(2, 1280, 720)), 2u);
  CAF_CHECK_EQUAL(columns_of(plan_grid(4, 1280, 720)), 2u);
  CAF_CHECK_EQUAL(columns_of(plan_grid(9, 1280, 720)), 3u);
  CAF_CHECK_EQUAL(columns_of(plan_grid(16, 1280, 720)), 4u);
  // As the bars take height from the pictures, and no width.
  CAF_CHECK_EQUAL(columns_of(plan_grid(64, 1280, 720)), 10u);
}

CAF_TEST(the grid follows the shape of the window) {
  CAF_CHECK_EQUAL(columns_of(plan_grid(3, 600, 1200)), 1u);
  CAF_CHECK_EQUAL(columns_of(plan_grid(3, 1800, 400)), 3u);
}

CAF_TEST(an incomplete last row is centred) {
  auto tiles = plan_grid(3, 1280, 720);
  auto& last = tiles[2].whole;
  CAF_CHECK(tiles[2].whole.y > 0);
  CAF_CHECK(std::abs(last.x - (1280 - right_of(last))) <= 2);
}

CAF_TEST(letterboxes keep the aspect and touch two edges) {
  box area{10, 20, 400, 300};
  CAF_CHECK((letterbox(1920, 1080, area) == box{10, 57, 400, 225}));
  CAF_CHECK((letterbox(480, 640, area) == box{97, 20, 225, 300}));
  CAF_CHECK((letterbox(4, 3, area) == area));
  CAF_CHECK(contains(area, letterbox(16384, 1, area)));
  CAF_CHECK(contains(area, letterbox(1, 16384, area)));
}

CAF_TEST(patience is three frames but at least two seconds) {
  CAF_CHECK_EQUAL(patience_ns(0), 2 * second_ns);
  CAF_CHECK_EQUAL(patience_ns(second_ns / 30), 2 * second_ns);
  CAF_CHECK_EQUAL(patience_ns(10 * second_ns), 30 * second_ns);
}

CAF_TEST(rates are known after half a second) {
  rate_meter meter;
  CAF_CHECK(!meter.rate_hz());
  meter.add(0, 10, 2 * second_ns);
  CAF_CHECK(!meter.rate_hz());
  meter.add(second_ns / 4, 15, 2 * second_ns);
  CAF_CHECK(!meter.rate_hz());
  meter.add(second_ns / 2, 20, 2 * second_ns);
  CAF_REQUIRE(meter.rate_hz());
  CAF_CHECK_EQUAL(meter.rate_hz().value_or(-1), 20.0);
}

CAF_TEST(rates forget what is older than their span) {
  rate_meter meter;
  uint64_t frames = 0;
  for (int64_t i = 0; i <= 100; ++i)
    meter.add(i * second_ns / 10, frames += 3, 2 * second_ns);
  CAF_CHECK_EQUAL(meter.rate_hz().value_or(-1), 30.0);
  for (int64_t i = 101; i <= 121; ++i)
    meter.add(i * second_ns / 10, frames, 2 * second_ns);
  CAF_CHECK_EQUAL(meter.rate_hz().value_or(-1), 0.0);
}

CAF_TEST(a count that starts again starts a new rate) {
  rate_meter meter;
  meter.add(0, 1000, 2 * second_ns);
  meter.add(second_ns, 1030, 2 * second_ns);
  meter.add(2 * second_ns, 5, 2 * second_ns);
  CAF_CHECK(!meter.rate_hz());
}

CAF_TEST(a camera that is fine says rate and size and shows no lamp) {
  CAF_CHECK_EQUAL(details_of(fine()),
                  (strings{"receiving", "30 fps", "1920x1080"}));
  auto text = describe(fine());
  CAF_CHECK_EQUAL(text.name, "left");
  CAF_CHECK(text.headline.text.empty());
  CAF_CHECK(text.mark.text.empty());
  CAF_CHECK(text.lamp == tile_text::light::off);
  CAF_CHECK(!text.alarm);
}

CAF_TEST(slow rates have a decimal) {
  auto facts = fine();
  for (auto [rate_hz, text] :
       {std::pair{9.94, "9.9 fps"}, std::pair{9.96, "10 fps"},
        std::pair{0.52, "0.5 fps"}, std::pair{0.0, "0.0 fps"}}) {
    facts.rate_hz = rate_hz;
    CAF_CHECK_EQUAL(detail_of(facts, 1), text);
  }
}

CAF_TEST(only durable frames light the red disc) {
  auto facts = fine();
  facts.truth = "recording";
  auto text = describe(facts);
  CAF_CHECK(text.lamp == tile_text::light::disc);
  CAF_CHECK((text.mark == coloured_text{"REC", palette::alarm}));
  CAF_CHECK(!text.alarm);
  for (auto truth : {"idle", "finished", "starting", "stalled"}) {
    facts.truth = truth;
    CAF_CHECK(describe(facts).lamp != tile_text::light::disc);
    CAF_CHECK(describe(facts).mark.text != "REC");
  }
}

CAF_TEST(a session without durable frames alarms though frames come) {
  auto facts = fine();
  facts.truth = "stalled";
  auto text = describe(facts);
  CAF_CHECK((text.mark == coloured_text{"NOT RECORDING", palette::warning}));
  CAF_CHECK(text.lamp == tile_text::light::ring);
  CAF_CHECK(text.headline.text.empty());
  CAF_CHECK(text.alarm);
}

CAF_TEST(a session that starts alarms only where frames are missing) {
  auto facts = fine();
  facts.truth = "starting";
  CAF_CHECK_EQUAL(describe(facts).mark.text, "STARTING");
  CAF_CHECK(!describe(facts).alarm);
  facts.viewer.connected = false;
  CAF_CHECK(describe(facts).alarm);
}

CAF_TEST(an old picture is not shown as live) {
  auto facts = fine();
  facts.now_ns = facts.viewer.newest_ns + 2 * second_ns;
  CAF_CHECK(describe(facts).headline.text.empty());
  facts.now_ns = facts.viewer.newest_ns + 12 * second_ns;
  auto text = describe(facts);
  CAF_CHECK_EQUAL(text.headline.text, "stalled, 12 s old");
  CAF_CHECK_EQUAL(detail_of(facts, 0), "stalled");
  CAF_CHECK_EQUAL(detail_of(facts, 1), "12 s old");
  CAF_CHECK(!text.alarm);
  facts.truth = "recording";
  CAF_CHECK(describe(facts).alarm);
}

CAF_TEST(ages are in the unit that suits them) {
  auto facts = fine();
  for (auto [seconds, text] :
       {std::pair{119, "119 s old"}, std::pair{120, "2 min old"},
        std::pair{7199, "119 min old"}, std::pair{7200, "2 h old"}}) {
    facts.now_ns = facts.viewer.newest_ns + seconds * second_ns;
    CAF_CHECK_EQUAL(detail_of(facts, 1), text);
  }
}

CAF_TEST(a camera out of reach says why) {
  auto facts = fine();
  facts.viewer.connected = false;
  facts.viewer.newest_ns = 0;
  facts.viewer.state = "connecting to 10.0.0.5:8000";
  facts.width = 0;
  CAF_CHECK_EQUAL(details_of(facts), (strings{"connecting"}));
  CAF_CHECK_EQUAL(describe(facts).headline.text, "connecting");
  CAF_CHECK_EQUAL(describe(facts).explanation, "connecting to 10.0.0.5:8000");
  facts.viewer.last_error = "cannot connect: refused";
  CAF_CHECK_EQUAL(describe(facts).explanation, "cannot connect: refused");
  facts.server.online = false;
  CAF_CHECK_EQUAL(describe(facts).headline.text, "offline");
}

CAF_TEST(a camera that is connected but silent or broken says so) {
  auto facts = fine();
  facts.broken = true;
  CAF_CHECK_EQUAL(describe(facts).headline.text, "broken frames");
  facts.viewer.newest_ns = 0;
  CAF_CHECK_EQUAL(describe(facts).headline.text, "waiting for frames");
}

CAF_TEST(a legacy camera is named as such) {
  auto facts = fine();
  facts.viewer.legacy = true;
  CAF_CHECK_EQUAL(detail_of(facts, 0), "receiving (legacy)");
}

CAF_TEST(texts are cut to their room) {
  CAF_CHECK_EQUAL(cut_to("camera", 60, ten_each), "camera");
  CAF_CHECK_EQUAL(cut_to("camera", 59, ten_each), "cam..");
  CAF_CHECK_EQUAL(cut_to("camera", 30, ten_each), "c..");
  CAF_CHECK_EQUAL(cut_to("camera", 29, ten_each), "");
  CAF_CHECK_EQUAL(cut_to("", 0, ten_each), "");
}

CAF_TEST(labels drop the last details first) {
  auto facts = fine();
  facts.truth = "recording";
  auto text = describe(facts);
  auto at_width = [&](int width) {
    return texts_of(plan_label(text, bar_of(width), ten_each));
  };
  CAF_CHECK_EQUAL(at_width(640),
                  (strings{"REC", "left", "receiving", "30 fps", "1920x1080"}));
  CAF_CHECK_EQUAL(at_width(330),
                  (strings{"REC", "left", "receiving", "30 fps"}));
  CAF_CHECK_EQUAL(at_width(250), (strings{"REC", "left", "receiving"}));
  CAF_CHECK_EQUAL(at_width(130), (strings{"REC", "left"}));
  CAF_CHECK_EQUAL(at_width(100), (strings{"left"}));
  CAF_CHECK_EQUAL(at_width(70), (strings{"l.."}));
}

CAF_TEST(pieces of labels lie apart and inside of their bar) {
  for (auto truth : {"idle", "recording", "stalled"}) {
    auto facts = fine();
    facts.truth = truth;
    auto text = describe(facts);
    for (int width = 80; width < 700; ++width) {
      auto line = plan_label(text, bar_of(width), ten_each);
      std::vector<box> boxes;
      for (auto& x : line.pieces)
        boxes.push_back({x.x, 0, ten_each(x.content.text), 10});
      if (line.lamp_diameter > 0)
        boxes.push_back({line.lamp_x, 0, line.lamp_diameter, 10});
      for (size_t i = 0; i < boxes.size(); ++i) {
        CAF_REQUIRE(contains({0, 0, width, 25}, boxes[i]));
        for (size_t k = 0; k < i; ++k)
          CAF_REQUIRE(apart(boxes[i], boxes[k]));
      }
    }
  }
}
