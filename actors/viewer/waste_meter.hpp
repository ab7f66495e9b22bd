#pragma once

#include "actors/base/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace camnode {

/// What came over one connection so far.
struct stream_totals {
  uint64_t frames = 0;         ///< Pictures, as far as their first bytes tell.
  uint64_t cut = 0;            ///< Of these, beyond the camera's rate.
  uint64_t empty = 0;          ///< Parts, or legacy lengths, of no bytes.
  uint64_t broken = 0;         ///< Bodies that are no picture.
  uint64_t overhead_bytes = 0; ///< What is in no body.
};

/// Tells a connection that brings pictures from one that keeps a processor busy
/// with something else: parts without a picture, headers without an end, and
/// frames that nobody can take. Generous to all that a camera does: 1000 such
/// things a second, 5000 at once. Not thread safe.
class waste_meter {
public:
  static constexpr double per_second = 1000;
  static constexpr double at_once = 5000;

  /// What may be around a picture, in bytes; and how many more are one waste.
  static constexpr uint64_t usual_overhead = 512;
  static constexpr uint64_t waste_bytes = 128;

  /// @returns Why the connection is to be ended; empty: it is not.
  std::string judge(const stream_totals& x, int64_t now_ns);

private:
  token_bucket patience_{per_second, at_once};
  double counted_ = 0;
};

} // namespace camnode
