#define CAF_SUITE size_list

#include "tests/camnode_test.hpp"

#include "actors/camera/size_list.hpp"

using namespace camnode;

CAF_TEST(sizes are said once each even where one is part of another) {
  size_list x;
  x.add({1640, 480}, true);
  x.add({640, 480}, true);
  x.add({640, 4800}, false);
  x.add({640, 480}, false);
  CAF_CHECK_EQUAL(x.text(), "1640x480, 640x480, 640x4800");
}

CAF_TEST(sizes that cannot be taken are not said) {
  size_list x;
  CAF_CHECK_EQUAL(x.text(), "");
  x.add({641, 480}, true);
  x.add({640, 481}, true);
  CAF_CHECK_EQUAL(x.text(), "");
  x.add({641, 481}, false);
  CAF_CHECK_EQUAL(x.text(), "641x481");
}

CAF_TEST(a range has steps that lead to sizes that can be taken) {
  size_list x;
  x.add_range({64, 64}, {4056, 3040}, {1, 1}, true);
  x.add_range({64, 64}, {4056, 3040}, {2, 2}, true);
  x.add_range({32, 32}, {4056, 3040}, {8, 1}, true);
  x.add_range({32, 32}, {4056, 3040}, {8, 1}, false);
  CAF_CHECK_EQUAL(x.text(), "64x64 to 4056x3040 in steps of 2x2, "
                            "32x32 to 4056x3040 in steps of 8x2, "
                            "32x32 to 4056x3040 in steps of 8x1");
}
