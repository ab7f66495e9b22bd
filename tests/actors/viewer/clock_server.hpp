#pragma once

// A server as the tests of its clock see it.

#include "actors/viewer/clock_offset.hpp"

#include <cstdint>

namespace camnode_test {

constexpr int64_t us = 1'000;
constexpr int64_t ms = 1'000 * us;
constexpr int64_t s = 1'000 * ms;

/// A server whose clock is off by `offset_ns` and drifts by `drift_ppm`, as the
/// client's clock sees it.
struct server {
  /// What has to be added to the server's time at `client_ns`.
  int64_t offset_at(int64_t client_ns) const {
    return offset_ns + client_ns / 1'000'000 * drift_ppm
           + client_ns % 1'000'000 * drift_ppm / 1'000'000;
  }

  int64_t clock(int64_t client_ns) const {
    return client_ns - offset_at(client_ns);
  }

  /// An exchange with the given times on its way.
  camnode::clock_probe probe(int64_t now, int64_t there, int64_t inside,
                             int64_t back) const {
    return {now, clock(now + there), clock(now + there + inside),
            now + there + inside + back};
  }

  int64_t offset_ns;
  int64_t drift_ppm = 0;
};

} // namespace camnode_test
