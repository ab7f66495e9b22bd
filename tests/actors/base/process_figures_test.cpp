#define CAF_SUITE process_figures
#include "tests/camnode_test.hpp"

#include "actors/base/process_figures.hpp"
#include "messages/clock.hpp"

#include <fcntl.h>
#include <unistd.h>

using namespace camnode;

CAF_TEST(a descriptor more is counted) {
  auto before = look_at_process().descriptors;
  auto fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CAF_CHECK_EQUAL(look_at_process().descriptors, before + 1);
  close(fd);
  CAF_CHECK_EQUAL(look_at_process().descriptors, before);
}

CAF_TEST(work takes time of the processor) {
  auto before = look_at_process().cpu_ns;
  // Until the kernel has noticed.
  while (look_at_process().cpu_ns == before)
    continue;
  CAF_CHECK_GREATER(look_at_process().cpu_ns, before);
}

CAF_TEST(this process has memory and began a moment ago) {
  auto x = look_at_process();
  CAF_CHECK_GREATER(x.resident_bytes, uint64_t{1} << 20);
  CAF_CHECK_GREATER_OR_EQUAL(x.max_descriptors, x.descriptors);
  auto age = utc_clock_ns() - x.started_ns;
  CAF_CHECK_GREATER_OR_EQUAL(age, -20'000'000); // The kernel counts in 10 ms.
  CAF_CHECK_LESS(age, int64_t{600} * 1'000'000'000);
  CAF_CHECK_EQUAL(look_at_process().started_ns, x.started_ns);
}
