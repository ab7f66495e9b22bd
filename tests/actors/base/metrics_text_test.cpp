#define CAF_SUITE metrics_text
#include "tests/camnode_test.hpp"

#include "actors/base/metrics_text.hpp"

#include <limits>

using namespace camnode;

namespace {

/// What one sample looks like.
std::string sample_of(uint64_t value, metrics_text::labels of = {}) {
  metrics_text x;
  x.family("m", "gauge", "h");
  auto begin = x.text().size();
  x.sample(value, of);
  return x.text().substr(begin);
}

std::string seconds_of(int64_t nanoseconds) {
  metrics_text x;
  x.family("m", "gauge", "h");
  auto begin = x.text().size();
  x.seconds(nanoseconds);
  return x.text().substr(begin);
}

} // namespace

CAF_TEST(no family is no text) {
  CAF_CHECK_EQUAL(metrics_text{}.text(), "");
}

CAF_TEST(a family has its help and its type in front of its samples) {
  metrics_text x;
  x.family("camnode_frames_total", "counter", "Frames ever.");
  x.sample(12, {{"camera", "left"}});
  x.sample(0, {{"camera", "right"}});
  x.family("camnode_up", "gauge", "Whether it is up.");
  x.sample(1);
  CAF_CHECK_EQUAL(x.text(), "# HELP camnode_frames_total Frames ever.\n"
                            "# TYPE camnode_frames_total counter\n"
                            "camnode_frames_total{camera=\"left\"} 12\n"
                            "camnode_frames_total{camera=\"right\"} 0\n"
                            "# HELP camnode_up Whether it is up.\n"
                            "# TYPE camnode_up gauge\n"
                            "camnode_up 1\n");
}

CAF_TEST(several labels are separated by commas) {
  CAF_CHECK_EQUAL(sample_of(3, {{"a", "x"}, {"b", "y"}, {"c", ""}}),
                  "m{a=\"x\",b=\"y\",c=\"\"} 3\n");
}

CAF_TEST(no label can end its quotes or its line) {
  CAF_CHECK_EQUAL(sample_of(1, {{"a", "x\"} 5\ny\\"}}),
                  "m{a=\"x\\\"} 5\\ny\\\\\"} 1\n");
  auto text = sample_of(1, {{"a", "\n\n"}});
  CAF_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 1);
}

CAF_TEST(the largest counter is written whole) {
  CAF_CHECK_EQUAL(sample_of(std::numeric_limits<uint64_t>::max()),
                  "m 18446744073709551615\n");
}

CAF_TEST(times are in seconds with a point) {
  CAF_CHECK_EQUAL(seconds_of(0), "m 0.000000000\n");
  CAF_CHECK_EQUAL(seconds_of(1), "m 0.000000001\n");
  CAF_CHECK_EQUAL(seconds_of(1'500'000'000), "m 1.500000000\n");
  CAF_CHECK_EQUAL(seconds_of(-250'000'000), "m -0.250000000\n");
}

CAF_TEST(the longest times fit) {
  CAF_CHECK_EQUAL(seconds_of(std::numeric_limits<int64_t>::max()).size(),
                  std::string{"m 9223372036.854775807\n"}.size());
  CAF_CHECK_EQUAL(seconds_of(std::numeric_limits<int64_t>::min()).size(),
                  std::string{"m -9223372036.854775808\n"}.size());
}

CAF_TEST(a label is valid UTF 8 whatever comes) {
  CAF_CHECK_EQUAL(sample_of(1, {{"a", "\xff"}}), "m{a=\"\xef\xbf\xbd\"} 1\n");
  CAF_CHECK_EQUAL(sample_of(1, {{"a", "gr\xc3\xbc"}}),
                  "m{a=\"gr\xc3\xbc\"} 1\n");
}

namespace {

/// The number after the sample that starts with `series`.
std::string value_of(const std::string& text, const std::string& series) {
  auto begin = text.find("\n" + series + " ");
  if (begin == std::string::npos)
    return "none";
  begin += series.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

} // namespace

CAF_TEST(a distribution counts from below and ends with all) {
  histogram h;
  for (int64_t ns : {1'000, 600'000, 600'000, 3'000'000, 2'000'000'000})
    h.add(ns);
  h.add(int64_t{60} * 1'000'000'000);
  metrics_text x;
  x.family("m", "histogram", "h");
  x.durations(h.look(), {{"camera", "a"}});
  auto at = [&](const std::string& end) {
    return value_of(x.text(), "m_bucket{camera=\"a\",le=\"" + end + "\"}");
  };
  CAF_CHECK_EQUAL(at("0.000131072"), "1");
  CAF_CHECK_EQUAL(at("0.000524288"), "1");
  CAF_CHECK_EQUAL(at("0.001048576"), "3");
  CAF_CHECK_EQUAL(at("0.002097152"), "3");
  CAF_CHECK_EQUAL(at("0.004194304"), "4");
  CAF_CHECK_EQUAL(at("2.147483648"), "5");
  CAF_CHECK_EQUAL(at("17.179869184"), "5");
  CAF_CHECK_EQUAL(at("+Inf"), "6");
  CAF_CHECK_EQUAL(value_of(x.text(), "m_count{camera=\"a\"}"), "6");
  CAF_CHECK_EQUAL(value_of(x.text(), "m_sum{camera=\"a\"}"), "62.004201000");
}

CAF_TEST(a distribution without labels has only its ends) {
  metrics_text x;
  x.family("m", "histogram", "h");
  x.durations({});
  CAF_CHECK_EQUAL(value_of(x.text(), "m_bucket{le=\"+Inf\"}"), "0");
  CAF_CHECK_EQUAL(value_of(x.text(), "m_count"), "0");
}
