#define CAF_SUITE liveness
#include "tests/camnode_test.hpp"

#include "nodes/running/liveness.hpp"

using namespace camnode;
using verdict = camnode::liveness::verdict;

CAF_TEST(whoever answers is asked again) {
  liveness x;
  for (uint64_t answers = 0; answers < 100; ++answers)
    CAF_CHECK(x.look(answers) == verdict::ask);
}

CAF_TEST(there is one question on its way at most) {
  liveness x;
  CAF_CHECK(x.look(0) == verdict::ask);
  CAF_CHECK(x.look(0) == verdict::wait);
  CAF_CHECK(x.look(1) == verdict::ask);
  CAF_CHECK(x.look(1) == verdict::wait);
}

CAF_TEST(the fifth look without an answer tells and later ones do not ) {
  liveness x;
  x.look(0);
  for (int i = 1; i < liveness::patience; ++i)
    CAF_CHECK(x.look(0) == verdict::wait);
  CAF_CHECK(x.look(0) == verdict::dead);
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(x.look(0) == verdict::wait);
}

CAF_TEST(an answer in the last moment begins all anew) {
  liveness x;
  x.look(7);
  for (int i = 1; i < liveness::patience; ++i)
    x.look(7);
  CAF_CHECK(x.look(8) == verdict::ask);
  for (int i = 1; i < liveness::patience; ++i)
    CAF_CHECK(x.look(8) == verdict::wait);
  CAF_CHECK(x.look(8) == verdict::dead);
}
