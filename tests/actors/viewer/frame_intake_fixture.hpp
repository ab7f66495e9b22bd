#pragma once

// What the tests of `frame_intake` share. Include it after `camnode_test.hpp`.

#include "actors/viewer/frame_intake.hpp"
#include "tests/actors/frame_samples.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace camnode_test {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1'000 * ms;

inline camnode::decoded_frame decoded(const bytes& jpeg) {
  camnode::decoded_frame result;
  result.jpeg = owned(jpeg);
  result.head.content_length = jpeg.size();
  return result;
}

/// What a camnode server sends.
inline camnode::decoded_frame numbered(uint64_t sequence, uint64_t epoch = 7) {
  auto result = decoded(plain_jpeg(320, 240));
  result.head.epoch = epoch;
  result.head.sequence = sequence;
  return result;
}

/// An intake with its ring and its board.
struct frame_intake_fixture {
  frame_intake_fixture()
    : ring(std::make_shared<camnode::frame_ring>(
      camnode::frame_ring::limits{size_t{64} << 20, std::chrono::hours{1}})),
      board(std::make_shared<camnode::viewer_board>()),
      intake(ring, board) {
  }

  /// Takes a frame, and gives what became of it.
  const camnode::frame& take(camnode::decoded_frame x,
                             int64_t receive_ns = 1 * s) {
    intake.take(std::move(x), receive_ns);
    newest = ring->newest();
    CAF_REQUIRE(newest);
    return *newest;
  }

  /// Makes the server's clock known: 30 s behind the client's, give or take
  /// 1 ms.
  void learn_clock() {
    intake.add_probe(
      {100 * s, 70 * s + 1 * ms, 70 * s + 1 * ms, 100 * s + 2 * ms});
  }

  /// The number of the last frame, 0 if that is not of `epoch`.
  uint64_t last_number(uint64_t epoch = 7) const {
    auto x = intake.last();
    return x && x->epoch == epoch ? x->sequence : 0;
  }

  uint64_t pushed() const {
    return ring->stats().pushed;
  }

  std::shared_ptr<camnode::frame_ring> ring;
  camnode::viewer_board_ptr board;
  camnode::frame_intake intake;
  camnode::frame_ptr newest;
};

inline void check_gap(const camnode::frame& x, uint64_t first, uint64_t last,
                      camnode::loss_place place) {
  CAF_CHECK_EQUAL(x.gap.first, first);
  CAF_CHECK_EQUAL(x.gap.last, last);
  CAF_CHECK_EQUAL(std::string{camnode::to_string(x.gap.place)},
                  camnode::to_string(place));
}

} // namespace camnode_test
