#define CAF_SUITE encode_line

#include "tests/camnode_test.hpp"

#include "actors/camera/encode_line.hpp"

#include <string>

using namespace camnode;

namespace {

raw_frame picture(int64_t time) {
  raw_frame result;
  result.capture_mono_ns = time;
  return result;
}

encode_line::outcome encoded(const encode_line::job& x) {
  captured_frame result;
  result.capture_mono_ns = x.picture.capture_mono_ns;
  return result;
}

/// All that can be handed on now: frames by their times, losses by their
/// places' first letters and counts.
std::string handed_on(encode_line& line) {
  std::string result;
  while (auto x = line.next()) {
    if (auto frame = std::get_if<captured_frame>(&*x)) {
      result += std::to_string(frame->capture_mono_ns) + ' ';
    } else {
      auto& lost = std::get<encode_line::loss>(*x);
      result += to_string(lost.place)[0] + std::to_string(lost.count) + ' ';
    }
  }
  return result;
}

void finish(encode_line& line, const std::optional<encode_line::job>& x) {
  CAF_REQUIRE(x.has_value());
  line.finish(x->number, encoded(*x));
}

} // namespace

CAF_TEST(pictures come out as they went in whoever is ready first) {
  encode_line testee{8};
  for (int i : {1, 2, 3})
    CAF_CHECK(testee.add(picture(i)));
  auto first = testee.take();
  auto second = testee.take();
  auto third = testee.take();
  CAF_CHECK(!testee.take());
  finish(testee, third);
  CAF_CHECK_EQUAL(handed_on(testee), "");
  finish(testee, first);
  CAF_CHECK_EQUAL(handed_on(testee), "1 ");
  finish(testee, second);
  CAF_CHECK_EQUAL(handed_on(testee), "2 3 ");
}

CAF_TEST(the newest picture is lost where there is no room) {
  encode_line testee{2};
  CAF_CHECK(testee.add(picture(1)));
  CAF_CHECK(testee.add(picture(2)));
  CAF_CHECK(!testee.add(picture(3)));
  CAF_CHECK(!testee.add(picture(4)));
  finish(testee, testee.take());
  CAF_CHECK_EQUAL(handed_on(testee), "1 ");
  CAF_CHECK(testee.add(picture(5)));
  finish(testee, testee.take());
  finish(testee, testee.take());
  CAF_CHECK_EQUAL(handed_on(testee), "2 e2 5 ");
}

CAF_TEST(pictures that wait for an earlier one take room) {
  encode_line testee{2};
  testee.add(picture(1));
  testee.add(picture(2));
  auto first = testee.take();
  finish(testee, testee.take());
  CAF_CHECK_EQUAL(handed_on(testee), "");
  CAF_CHECK(!testee.add(picture(3)));
  finish(testee, first);
  CAF_CHECK_EQUAL(handed_on(testee), "1 2 e1 ");
}

CAF_TEST(losses keep their place and those of a kind are one) {
  encode_line testee{1};
  testee.lose(loss_place::source, 2);
  CAF_CHECK_EQUAL(handed_on(testee), "s2 ");
  testee.add(picture(1));
  testee.lose(loss_place::source, 0);
  testee.add(picture(2));
  testee.add(picture(3));
  testee.lose(loss_place::source, 4);
  testee.lose(loss_place::source, 1);
  testee.add(picture(4));
  CAF_CHECK_EQUAL(handed_on(testee), "");
  finish(testee, testee.take());
  CAF_CHECK_EQUAL(handed_on(testee), "1 e2 s5 e1 ");
}

CAF_TEST(a picture that cannot be encoded becomes a loss in its place) {
  encode_line testee{4};
  for (int i : {1, 2, 3})
    testee.add(picture(i));
  finish(testee, testee.take());
  auto bad = testee.take();
  CAF_REQUIRE(bad.has_value());
  testee.finish(bad->number, encode_line::loss{loss_place::encoder, 1});
  finish(testee, testee.take());
  CAF_CHECK_EQUAL(handed_on(testee), "1 e1 3 ");
}

CAF_TEST(every picture is handed on or lost whatever the order of work) {
  encode_line testee{5};
  std::vector<encode_line::job> working;
  uint64_t added = 0;
  uint64_t frames = 0;
  uint64_t lost = 0;
  int64_t newest = -1;
  uint32_t random = 1;
  auto hand_on = [&] {
    while (auto x = testee.next()) {
      if (auto frame = std::get_if<captured_frame>(&*x)) {
        CAF_CHECK(frame->capture_mono_ns
                  == newest + 1 + static_cast<int64_t>(lost));
        newest = frame->capture_mono_ns - static_cast<int64_t>(lost);
        ++frames;
      } else {
        lost += std::get<encode_line::loss>(*x).count;
      }
    }
  };
  constexpr uint64_t total = 2000;
  for (uint64_t i = 0; i < total; ++i) {
    random = random * 1664525 + 1013904223;
    added += testee.add(picture(static_cast<int64_t>(i)));
    if (working.size() < 3)
      if (auto job = testee.take())
        working.push_back(std::move(*job));
    if (!working.empty() && random >> 30 != 0) {
      auto which = working.begin()
                   + static_cast<long>((random >> 16) % working.size());
      testee.finish(which->number, encoded(*which));
      working.erase(which);
    }
    hand_on();
    CAF_CHECK(added - frames <= 5);
  }
  for (auto& x : working)
    testee.finish(x.number, encoded(x));
  while (auto x = testee.take())
    testee.finish(x->number, encoded(*x));
  hand_on();
  CAF_CHECK(lost > 0);
  CAF_CHECK_EQUAL(frames + lost, total);
}
