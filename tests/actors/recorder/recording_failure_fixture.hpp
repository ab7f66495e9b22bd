#pragma once

// What the tests of a recorder that fails share. Include it after
// `camnode_test.hpp`.

#include "tests/actors/recorder/recorder_fixture.hpp"

namespace camnode_test {

/// A recorder that loses frames, fails, and is started again.
struct recording_failure_fixture : recorder_fixture {
  /// The books of a life whose piece, with frame 1, could not be closed.
  void leave_piece() {
    ledger->begin(session);
    ledger->piece_opened(0, start_ms, "left");
    ledger->written(*frame_at(100, 1), (start_ms + 100) * ms);
    ledger->durable(now_ns);
  }

  /// As the supervisor does.
  void restart() {
    end(testee, caf::exit_reason::kill);
    record();
  }

  void restart_with(const camnode::session_info& x) {
    end(testee, caf::exit_reason::kill);
    start_recorder();
    tell(testee, x);
  }

  /// Frame 1, and what comes with frame 6.
  void lose_two_to_five(camnode::frame_gap told) {
    record();
    see(100, 1);
    see_after_gap(600, 6, told);
  }

  /// `captured = recorded + lost`, over both.
  void check_books(uint64_t captured) {
    auto x = ledger->look();
    CAF_CHECK_EQUAL(x.written + x.lost, captured);
    uint64_t named = 0;
    for (auto& loss : ledger->losses())
      named += loss.last - loss.first + 1;
    CAF_CHECK_EQUAL(named, x.lost);
    uint64_t on_disk = 0;
    for (auto& piece : disk.pieces)
      on_disk += piece.frames.size();
    CAF_CHECK_EQUAL(on_disk, x.written);
  }
};

} // namespace camnode_test
