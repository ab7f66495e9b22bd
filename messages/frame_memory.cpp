#include "messages/frame_memory.hpp"

#include <algorithm>

#if defined(__SANITIZE_ADDRESS__)
#  include <sanitizer/asan_interface.h>
#else
#  define ASAN_POISON_MEMORY_REGION(data, size)
#  define ASAN_UNPOISON_MEMORY_REGION(data, size)
#endif

namespace camnode {

namespace {

/// Rounded up, so that frames of nearly the same size can use one piece after
/// the other.
size_t rounded(size_t bytes) {
  constexpr auto step = frame_memory::least_bytes;
  return bytes < step ? bytes : (bytes + step - 1) / step * step;
}

} // namespace

void frame_memory::giver::operator()(uint8_t* x) const {
  ASAN_UNPOISON_MEMORY_REGION(x, bytes);
  from->give(x, bytes);
}

frame_memory::~frame_memory() {
  while (count_ > 0)
    drop_oldest();
}

frame_memory::piece frame_memory::take(size_t bytes) {
  piece result{nullptr, {this, rounded(bytes)}};
  {
    std::lock_guard<std::mutex> guard{mutex_};
    auto begin = spares_.begin();
    auto end = begin + static_cast<std::ptrdiff_t>(count_);
    auto most = std::max(bytes + bytes / 4, rounded(bytes));
    // The one that came last: it may still be in a cache.
    for (auto i = end; i != begin && bytes >= least_bytes;) {
      --i;
      if (i->bytes < bytes || i->bytes > most)
        continue;
      result = piece{i->data, {this, i->bytes}};
      spare_bytes_ -= i->bytes;
      std::move(i + 1, end, i);
      --count_;
      break;
    }
  }
  if (!result)
    result = piece{new uint8_t[rounded(bytes)], result.get_deleter()};
  auto& has = result.get_deleter().bytes;
  ASAN_UNPOISON_MEMORY_REGION(result.get(), has);
  ASAN_POISON_MEMORY_REGION(result.get() + bytes, has - bytes);
  return result;
}

void frame_memory::give(uint8_t* data, size_t bytes) {
  if (bytes < least_bytes || bytes > max_spare_bytes) {
    delete[] data;
    return;
  }
  std::lock_guard<std::mutex> guard{mutex_};
  while (count_ == max_spare || spare_bytes_ + bytes > max_spare_bytes)
    drop_oldest(); // Frames have another size by now, perhaps.
  ASAN_POISON_MEMORY_REGION(data, bytes);
  spares_[count_++] = {data, bytes};
  spare_bytes_ += bytes;
}

void frame_memory::drop_oldest() {
  auto& x = spares_.front();
  ASAN_UNPOISON_MEMORY_REGION(x.data, x.bytes);
  delete[] x.data;
  spare_bytes_ -= x.bytes;
  std::move(spares_.begin() + 1, spares_.end(), spares_.begin());
  --count_;
}

size_t frame_memory::spare_bytes() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return spare_bytes_;
}

frame_memory& frame_memory::shared() {
  // Never destroyed: whatever ends last may still hold a frame.
  static auto& result = *new frame_memory;
  return result;
}

} // namespace camnode
