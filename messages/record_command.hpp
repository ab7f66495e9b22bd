#pragma once

#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// Starts or stops a session.
struct record_command {
  bool start = false;
  std::string label;       ///< `[A-Za-z0-9._-]{0,64}`. Of a stop: what is
                           ///< meant; empty: whatever is recorded.
  int64_t duration_ms = 0; ///< Stops by itself after this; 0: on command only.
  bool force = false;      ///< However little room the disk has.

  /// Whichever cameras of `record.expect` are not there.
  bool without_missing = false;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, record_command& x) {
  return f(caf::meta::type_name("record_command"), x.start, x.label,
           x.duration_ms, x.force, x.without_missing);
}

} // namespace camnode
