#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace camnode {

/// Memory for the bytes of frames, used again and again: a ring lets go of one
/// frame for each that it takes. Pieces of nearly one size share blocks that
/// begin where a huge page does, and the kernel is asked for huge pages: with
/// 4 KiB pages half of the time that a frame takes from a pipe into a ring goes
/// into address translation. Where there are none, all else is the same. Blocks
/// that nobody uses are kept up to a bound; others go back to the kernel. A
/// frame that is held keeps its block. Any thread.
class frame_memory {
public:
  /// Smaller pieces are the heap's business.
  static constexpr size_t least_bytes = 16 * 1024;

  /// At most so many bytes in blocks that nobody uses, or one block.
  static constexpr size_t max_spare_bytes = size_t{4} << 20;

  /// Pieces that lie side by side, all of one size.
  class block;

  /// Gives a piece back.
  struct giver {
    frame_memory* from = nullptr;
    block* of = nullptr; ///< None of the heap's pieces has one.
    size_t bytes = 0;    ///< What the piece really has.

    void operator()(uint8_t* x) const;
  };

  /// A piece, uninitialised.
  using piece = std::unique_ptr<uint8_t[], giver>;

  frame_memory();
  frame_memory(const frame_memory&) = delete;
  ~frame_memory();

  /// A piece of at least `bytes`, and at most a quarter more than that or
  /// `least_bytes` more. It must not outlive this object.
  /// @throws std::bad_alloc
  piece take(size_t bytes);

  /// How many bytes are in blocks that nobody uses.
  size_t spare_bytes() const;

  /// That of this process' frames.
  static frame_memory& shared();

private:
  block* find_block(size_t bytes) const;
  block* add_block(size_t bytes);
  void give(uint8_t* data, block& of);
  void drop_spares();

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<block>> blocks_;
  std::vector<block*> open_; ///< With unused pieces; the last left comes last.
  size_t spare_bytes_ = 0;
};

} // namespace camnode
