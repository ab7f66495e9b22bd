#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace camnode {

/// Memory for the bytes of frames, used again and again: a ring lets go of one
/// frame for each that it takes. From the heap, such large and long-lived
/// pieces come as pages that the kernel clears first, which costs more than
/// what is then done with them. Keeps a bounded number of pieces that nobody
/// uses; all else goes back to the heap. Any thread.
class frame_memory {
public:
  /// Smaller pieces are the heap's business.
  static constexpr size_t least_bytes = 16 * 1024;

  /// At most so many pieces that nobody uses, and so many bytes in them.
  static constexpr size_t max_spare = 32;
  static constexpr size_t max_spare_bytes = size_t{32} << 20;

  /// Gives a piece back.
  struct giver {
    frame_memory* from = nullptr;
    size_t bytes = 0; ///< What the piece really has.

    void operator()(uint8_t* x) const;
  };

  /// A piece, uninitialised.
  using piece = std::unique_ptr<uint8_t[], giver>;

  frame_memory() = default;
  frame_memory(const frame_memory&) = delete;
  ~frame_memory();

  /// A piece of at least `bytes`, and at most a quarter more than that or
  /// `least_bytes` more. It must not outlive this object.
  /// @throws std::bad_alloc
  piece take(size_t bytes);

  /// How many bytes are in pieces that nobody uses.
  size_t spare_bytes() const;

  /// That of this process' frames.
  static frame_memory& shared();

private:
  struct spare {
    uint8_t* data = nullptr;
    size_t bytes = 0;
  };

  void give(uint8_t* data, size_t bytes);
  void drop_oldest();

  mutable std::mutex mutex_;
  std::array<spare, max_spare> spares_; ///< The first `count_`, oldest first.
  size_t count_ = 0;
  size_t spare_bytes_ = 0;
};

} // namespace camnode
