#pragma once

// What the tests of `recording_ledger` share.

#include "actors/shared/recording_ledger.hpp"
#include "tests/actors/frame_samples.hpp"

#include <cstddef>
#include <cstdint>

namespace camnode_test {

inline camnode::session_info session_at(int64_t start_ms) {
  camnode::session_info x;
  x.start_ms = start_ms;
  x.segment_ms = 60'000;
  return x;
}

/// The books of a session.
struct ledger_fixture {
  ledger_fixture() {
    ledger.begin(session_at(1000));
  }

  void write(uint64_t first, uint64_t last, uint64_t epoch = 1) {
    for (auto i = first; i <= last; ++i)
      ledger.written(*new_frame(i, epoch, 10));
  }

  void lose(uint64_t first, uint64_t last,
            camnode::loss_place place = camnode::loss_place::network,
            uint64_t epoch = 1) {
    ledger.lost({epoch, first, last, place, 5});
  }

  uint64_t lost_at(camnode::loss_place x) const {
    return ledger.look().lost_at[static_cast<size_t>(x)];
  }

  /// The number that a recorder goes on after, 0 if that is not of `epoch`.
  uint64_t last_number(uint64_t epoch = 1) const {
    auto x = ledger.look().last;
    return x && x->epoch == epoch ? x->sequence : 0;
  }

  camnode::recording_ledger ledger;
};

} // namespace camnode_test
