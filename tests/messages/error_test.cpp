#define CAF_SUITE error
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"

using namespace camnode;

CAF_TEST(an errors own text is told without its kind) {
  CAF_CHECK_EQUAL(reason_of(caf::make_error(ec::open_failed,
                                            std::string{"x: is no folder"})),
                  "x: is no folder");
  CAF_CHECK_EQUAL(reason_of(caf::make_error(ec::open_failed,
                                            std::string{"x: not there"}, 2)),
                  "x: not there");
}

CAF_TEST(an error without a text is told by its kind) {
  CAF_CHECK_EQUAL(reason_of(caf::make_error(ec::open_failed)), "open failed");
  CAF_CHECK_EQUAL(reason_of(caf::make_error(ec::open_failed, std::string{})),
                  "open failed: ");
  CAF_CHECK_EQUAL(reason_of(caf::sec::request_timeout), "request_timeout");
}
