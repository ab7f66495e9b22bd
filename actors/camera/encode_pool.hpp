#pragma once

#include "actors/camera/encode_line.hpp"
#include "actors/camera/quality_control.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace camnode {

/// Encodes one picture; called by one thread.
using encode_picture
  = std::function<encode_line::outcome(const raw_frame& x, int quality)>;

/// Makes an `encode_picture` for one thread, on that thread.
using make_encode_picture = std::function<encode_picture()>;

/// A function for `encode_pool` that encodes JPEGs.
make_encode_picture jpeg_encoding();

/// Encodes pictures on a few threads, and reports frames and losses in the
/// order in which they came. Nothing blocks for long: a picture that finds the
/// pool full is lost at the encoder. The events are called on a thread of the
/// pool or of its caller, one call at a time.
class encode_pool {
public:
  /// @param threads At least 1.
  /// @param limit The most pictures inside, at least 1: see `encode_line`.
  /// @param events Only `on_frame` and `on_loss` are called.
  encode_pool(size_t threads, size_t limit, const quality_control& quality,
              source_events events, make_encode_picture make_encode);

  /// Encodes and reports what is still inside; nothing is reported after it.
  ~encode_pool();

  encode_pool(const encode_pool&) = delete;
  encode_pool& operator=(const encode_pool&) = delete;

  /// Takes a picture, or loses it if there is no room.
  void add(raw_frame x);

  /// Reports a loss after the pictures that came before it.
  void lose(loss_place place, uint64_t count);

private:
  void work();

  /// Reports what is ready, unless another thread does so already.
  void hand_on(std::unique_lock<std::mutex>& guard);

  void report(encode_line::outcome x);

  const source_events events_;
  const make_encode_picture make_encode_;
  std::mutex mutex_;
  std::condition_variable news_;
  encode_line line_;
  quality_control quality_;
  bool reporting_ = false;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

} // namespace camnode
