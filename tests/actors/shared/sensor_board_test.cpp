#define CAF_SUITE sensor_board
#include "tests/camnode_test.hpp"

#include "actors/shared/sensor_board.hpp"
#include "messages/text.hpp"

using namespace camnode;

namespace {

using rejections = std::map<std::string, uint64_t>;

void write_one(sensor_board& x) {
  x.update("t", [](topic_figures& f) { ++f.written; });
}

} // namespace

CAF_TEST(books that are to be kept are there when others are opened) {
  sensor_board x;
  x.begin(1000);
  x.link_up(1);
  x.link_down(2, "gone");
  x.link_up(3);
  x.keep(1000);
  write_one(x);
  CAF_CHECK(!x.finished(1000));
  x.begin(2000);
  CAF_CHECK(x.finished(1000)); // Nobody adds to them.
  CAF_CHECK(!x.finished(2000));
  CAF_CHECK_EQUAL(+x.look(1000)["t"].written, 1u);
  CAF_CHECK_EQUAL(x.outages(1000).size(), 1u);
  CAF_CHECK(x.look(2000).empty());
  CAF_CHECK(x.outages(2000).empty());
  x.forget(1000);
  CAF_CHECK(x.look(1000).empty());
  CAF_CHECK(!x.finished(1000));
}

CAF_TEST(an error that is over is the last trouble) {
  sensor_board x;
  x.begin(1000);
  CAF_CHECK_EQUAL(x.last_trouble().text, "");
  x.failed("disk full", 5);
  x.link_up(6);
  x.link_down(7, "gone");
  CAF_CHECK_EQUAL(x.last_error(), "disk full");
  x.recovered();
  CAF_CHECK_EQUAL(x.last_error(), "gone");
  CAF_CHECK_EQUAL(x.last_trouble().text, "disk full");
  CAF_CHECK_EQUAL(+x.last_trouble().at_ns, 5);
  x.link_up(8);
  CAF_CHECK_EQUAL(x.last_error(), "");
  CAF_CHECK_EQUAL(x.last_trouble().text, "gone");
}

CAF_TEST(reasons are bounded) {
  sensor_board x;
  x.begin(1000);
  for (int i = 0; i < 40; ++i)
    x.reject("t", "reason " + std::to_string(i));
  auto books = x.look(1000)["t"];
  CAF_CHECK_EQUAL(books.rejected.size(), sensor_board::max_reasons + 1);
  uint64_t n = 0;
  for (auto& [reason, count] : books.rejected)
    n += count;
  CAF_CHECK_EQUAL(n, 40u);
}

CAF_TEST(books that nobody asked for are not kept) {
  sensor_board x;
  x.begin(1000);
  write_one(x);
  x.begin(2000);
  CAF_CHECK(x.look(1000).empty());
  CAF_CHECK(x.outages(1000).empty());
}

CAF_TEST(a session with a file that was left open is not complete) {
  sensor_board x;
  x.begin(1000);
  x.keep(1000);
  x.leave_open();
  x.finish();
  CAF_CHECK(x.finished(1000));
  CAF_CHECK(!x.complete(1000));
  x.begin(2000);
  CAF_CHECK(!x.complete(1000));
  x.finish();
  CAF_CHECK(x.complete(2000));
}

CAF_TEST(totals go on from session to session and outside) {
  sensor_board testee;
  testee.reject_outside("a");
  testee.begin(1000);
  testee.wrote("a");
  testee.reject("a", "disk", 2);
  testee.finish();
  testee.reject_outside("a");
  testee.begin(2000);
  testee.wrote("a");
  testee.wrote("b");
  CAF_CHECK_EQUAL(+testee.look()["a"].received, 1u);
  CAF_CHECK_EQUAL(testee.outside(), 2u);
  auto totals = testee.totals();
  CAF_CHECK_EQUAL(totals["a"].received, 6u);
  CAF_CHECK_EQUAL(totals["a"].written, 2u);
  CAF_CHECK_EQUAL(totals["a"].rejected,
                  (rejections{{"disk", 2}, {no_session, 2}}));
  CAF_CHECK_EQUAL(totals["b"].received, 1u);
  testee.begin(2000); // Told again: nothing counts twice.
  CAF_CHECK_EQUAL(+testee.totals()["a"].received, 6u);
}

CAF_TEST(books of a session from before count in the totals) {
  sensor_board testee;
  testee.restore(1000, {{"a", {5, 3, 3, {{"disk", 2}}, {}}}});
  testee.begin(1000);
  testee.wrote("a");
  CAF_CHECK_EQUAL(+testee.totals()["a"].received, 6u);
  CAF_CHECK_EQUAL(testee.outside(), 0u);
}

CAF_TEST(strangers leave a place to markers) {
  sensor_board testee;
  for (size_t i = 0; i < sensor_board::max_earlier_topics; ++i)
    testee.reject_outside("topic/" + std::to_string(i));
  testee.reject_outside(marker_topic);
  CAF_CHECK_EQUAL(+testee.totals()[marker_topic].received, 1u);
}

CAF_TEST(strangers cannot fill the books) {
  sensor_board testee;
  for (size_t i = 0; i < 2 * sensor_board::max_earlier_topics; ++i)
    testee.reject_outside("topic/" + std::to_string(i));
  testee.reject_outside(std::string(max_topic_bytes + 1, 'x'));
  for (size_t i = 0; i < 2 * sensor_board::max_reasons; ++i)
    testee.reject_outside("topic/0", std::to_string(i));
  auto totals = testee.totals();
  CAF_CHECK_EQUAL(totals.size(), sensor_board::max_earlier_topics + 1);
  CAF_CHECK_EQUAL(totals[further_topics].received,
                  sensor_board::max_earlier_topics + 1);
  CAF_CHECK_EQUAL(totals["topic/0"].rejected.size(),
                  sensor_board::max_reasons + 1);
  CAF_CHECK_EQUAL(totals["topic/0"].rejected["other"],
                  sensor_board::max_reasons + 1);
}
