#pragma once

#include "actors/camera/frame_source.hpp"
#include "actors/camera/raw_picture.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>

namespace camnode {

/// The order of pictures that are encoded by several threads: they come out in
/// the order in which they went in, with the losses in their places. Pure:
/// no threads, no locks, no encoder.
class encode_line {
public:
  /// Which picture of the line, counted from the first one ever.
  using ticket = uint64_t;

  struct job {
    ticket number;
    raw_frame picture;
  };

  struct loss {
    loss_place place;
    uint64_t count;
  };

  using outcome = std::variant<captured_frame, loss>;

  /// @param limit The most pictures in the line, those included that are being
  ///        encoded or wait for an earlier one.
  /// @pre `limit > 0`
  explicit encode_line(size_t limit) : limit_(limit) {
  }

  /// Appends a picture, to be encoded. If the line is full, the picture is lost
  /// at the encoder: being the newest, it leaves the fewest holes that anybody
  /// who is live would see.
  /// @returns whether the line took it.
  bool add(raw_frame x);

  /// Appends a loss.
  void lose(loss_place place, uint64_t count);

  /// The oldest picture that nobody encodes yet.
  std::optional<job> take();

  /// Tells what became of a picture that was taken.
  void finish(ticket number, outcome x);

  /// What is next to be handed on, in the order of `add` and `lose`.
  std::optional<outcome> next();

private:
  struct entry {
    bool is_picture;
    std::optional<raw_frame> raw;  ///< Until it is taken.
    std::optional<outcome> result; ///< Once it is known.
  };

  const size_t limit_;
  std::deque<entry> entries_;
  ticket first_ = 0; ///< Of `entries_.front()`.
  ticket untaken_ = 0;
  size_t pictures_ = 0;
};

} // namespace camnode
