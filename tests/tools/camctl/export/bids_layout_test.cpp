#define CAF_SUITE bids_layout

#include "tests/camnode_test.hpp"

#include "tools/camctl/export/bids_layout.hpp"

using namespace camnode;

namespace {

/// 2027-01-15T08:00:00Z.
session_info session_of(const std::string& label) {
  session_info result;
  result.start_ms = 1'800'000'000'000;
  result.label = label;
  return result;
}

} // namespace

CAF_TEST(a film has subject and session and task and camera in its name) {
  bids_layout testee{"mouse_12", session_of("trial-07"), {"pi-3"}};
  CAF_CHECK_EQUAL(testee.film_path("pi-3"),
                  "sub-mouse12/ses-20270115T080000000Z/beh/"
                  "sub-mouse12_ses-20270115T080000000Z_task-trial07_"
                  "recording-pi3_video.mp4");
}

CAF_TEST(a session without a label has a task all the same) {
  bids_layout testee{"1", session_of(""), {"a"}};
  CAF_CHECK_EQUAL(testee.film_path("a"),
                  "sub-1/ses-20270115T080000000Z/beh/"
                  "sub-1_ses-20270115T080000000Z_task-recording_recording-a_"
                  "video.mp4");
}

CAF_TEST(films whose names are alike in BIDS stay apart) {
  bids_layout testee{"1", session_of("t"), {"pi-3", "pi.3", "pi-3@80x32"}};
  auto label_of = [&](const std::string& film) {
    auto path = testee.film_path(film);
    auto begin = path.find("_recording-") + 11;
    return path.substr(begin, path.find("_video") - begin);
  };
  CAF_CHECK_EQUAL(label_of("pi-3"), "pi3");
  CAF_CHECK_EQUAL(label_of("pi.3"), "pi3+2");
  CAF_CHECK_EQUAL(label_of("pi-3@80x32"), "pi3+80x32");
}

CAF_TEST(the subject is that of the metadata) {
  auto session = session_of("");
  CAF_CHECK_EQUAL(subject_of(session), "");
  session.metadata = R"({"subject":"m12","notes":"x"})";
  CAF_CHECK_EQUAL(subject_of(session), "m12");
  session.metadata = R"({"subject":12})";
  CAF_CHECK_EQUAL(subject_of(session), "12");
  session.metadata = R"({"notes":"x"})";
  CAF_CHECK_EQUAL(subject_of(session), "");
}

CAF_TEST(a label is never empty) {
  CAF_CHECK_EQUAL(bids_label("Maus 7\xc3\xa4_x"), "Maus7x");
  CAF_CHECK_EQUAL(bids_label("-_."), "x");
}
