#pragma once

#include "actors/base/metrics_text.hpp"

#include <cstdint>

namespace camnode {

/// What this process takes of its machine, as of one look.
struct process_figures {
  int64_t cpu_ns = 0; ///< User and system time of all threads, ever.
  uint64_t resident_bytes = 0;
  uint64_t descriptors = 0;     ///< Open now.
  uint64_t max_descriptors = 0; ///< The soft limit.
  int64_t started_ns = 0;       ///< UTC.
};

/// Reads /proc; what cannot be read is 0. Any thread.
process_figures look_at_process();

/// The figures under the names that Prometheus' own clients give them.
void write_process(metrics_text& out, const process_figures& x);

} // namespace camnode
