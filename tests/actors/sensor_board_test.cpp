#define CAF_SUITE sensor_board
#include "tests/camnode_test.hpp"

#include "actors/shared/sensor_board.hpp"

using namespace camnode;

namespace {

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
