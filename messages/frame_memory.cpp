#include "messages/frame_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#  include <sanitizer/asan_interface.h>
#else
#  define ASAN_POISON_MEMORY_REGION(data, size)
#  define ASAN_UNPOISON_MEMORY_REGION(data, size)
#endif

namespace camnode {

namespace {

/// What x86-64 and 64-bit ARM with pages of 4 KiB call huge.
constexpr size_t huge_page = size_t{2} << 20;

/// Of any kernel that Debian has: that of 64-bit ARM has 4, 16 or 64 KiB.
constexpr size_t largest_page = 64 * 1024;

constexpr size_t cache_line = 64;

size_t rounded(size_t bytes, size_t step) {
  return (bytes + step - 1) / step * step;
}

/// Of a block: no more than a quarter of each piece is more than was asked for.
size_t block_size(size_t bytes) {
  auto result = huge_page;
  while (result < 4 * bytes && result < 4 * huge_page)
    result *= 2;
  return bytes > huge_page ? rounded(bytes, largest_page) : result;
}

/// How many pieces a block is cut into: four, five, six, seven, or one of these
/// doubled several times. Few sizes, so that few blocks are used in part.
size_t pieces_of(size_t block, size_t bytes) {
  auto fit = std::max<size_t>(block / rounded(bytes, cache_line), 1);
  size_t step = 1;
  while (fit / step >= 8)
    step *= 2;
  return fit / step * step;
}

/// Address space that begins where a huge page does.
uint8_t* map_aligned(size_t bytes) {
  auto all = bytes + huge_page;
  auto x = mmap(nullptr, all, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (x == MAP_FAILED)
    throw std::bad_alloc{};
  auto from = reinterpret_cast<uintptr_t>(x);
  auto begin = rounded(from, huge_page);
  if (begin > from)
    munmap(x, begin - from);
  if (auto rest = from + all - (begin + bytes); rest > 0)
    munmap(reinterpret_cast<void*>(begin + bytes), rest);
  return reinterpret_cast<uint8_t*>(begin);
}

} // namespace

class frame_memory::block {
public:
  /// Of pieces for at least `bytes`.
  explicit block(size_t bytes) : size_(block_size(bytes)) {
    auto count = pieces_of(size_, bytes);
    piece_bytes_ = size_ / count / cache_line * cache_line;
    unused_.reserve(count);
    data_ = map_aligned(size_);
    // Advice: without it all works, only slower.
    madvise(data_, size_, MADV_HUGEPAGE);
    // A program that is started has no use for it.
    madvise(data_, size_, MADV_DONTFORK);
    ASAN_POISON_MEMORY_REGION(data_, size_);
    for (auto i = count; i > 0; --i)
      unused_.push_back(data_ + (i - 1) * piece_bytes_);
    count_ = count;
  }

  block(const block&) = delete;

  ~block() {
    ASAN_UNPOISON_MEMORY_REGION(data_, size_);
    munmap(data_, size_);
  }

  size_t size() const {
    return size_;
  }

  size_t piece_bytes() const {
    return piece_bytes_;
  }

  size_t unused() const {
    return unused_.size();
  }

  bool is_spare() const {
    return unused_.size() == count_;
  }

  /// @pre `unused() > 0`
  uint8_t* take() {
    auto result = unused_.back();
    unused_.pop_back();
    return result;
  }

  void give(uint8_t* x) {
    unused_.push_back(x);
  }

private:
  size_t size_;
  size_t piece_bytes_;
  size_t count_ = 0;
  uint8_t* data_ = nullptr;
  std::vector<uint8_t*> unused_; ///< The one to take next comes last.
};

void frame_memory::giver::operator()(uint8_t* x) const {
  if (of)
    from->give(x, *of);
  else
    delete[] x;
}

frame_memory::frame_memory() = default;

frame_memory::~frame_memory() = default;

frame_memory::piece frame_memory::take(size_t bytes) {
  if (bytes < least_bytes)
    return piece{new uint8_t[bytes], {this, nullptr, bytes}};
  std::lock_guard<std::mutex> guard{mutex_};
  auto of = find_block(bytes);
  if (!of)
    of = add_block(bytes);
  if (of->is_spare())
    spare_bytes_ -= of->size();
  auto data = of->take();
  if (of->unused() == 0)
    open_.erase(std::find(open_.begin(), open_.end(), of));
  ASAN_UNPOISON_MEMORY_REGION(data, bytes);
  return {data, {this, of, of->piece_bytes()}};
}

/// The one with the fewest unused pieces, so that others are left by all.
frame_memory::block* frame_memory::find_block(size_t bytes) const {
  block* result = nullptr;
  auto most = bytes + std::max(bytes / 4, least_bytes);
  for (auto x : open_)
    if (x->piece_bytes() >= bytes && x->piece_bytes() <= most
        && (!result || x->unused() < result->unused()))
      result = x;
  return result;
}

frame_memory::block* frame_memory::add_block(size_t bytes) {
  open_.reserve(blocks_.size() + 1); // To give a piece back never fails.
  blocks_.push_back(std::make_unique<block>(bytes));
  auto result = blocks_.back().get();
  open_.push_back(result);
  spare_bytes_ += result->size();
  return result;
}

void frame_memory::give(uint8_t* data, block& of) {
  std::lock_guard<std::mutex> guard{mutex_};
  ASAN_POISON_MEMORY_REGION(data, of.piece_bytes());
  if (of.unused() == 0)
    open_.push_back(&of);
  of.give(data);
  if (!of.is_spare())
    return;
  spare_bytes_ += of.size();
  // The one that was left last stays longest: it has the size of now.
  auto i = std::find(open_.begin(), open_.end(), &of);
  std::rotate(i, i + 1, open_.end());
  drop_spares();
}

void frame_memory::drop_spares() {
  for (auto i = open_.begin(); spare_bytes_ > max_spare_bytes;) {
    auto x = *i;
    if (!x->is_spare()) {
      ++i;
      continue;
    }
    if (spare_bytes_ == x->size())
      return; // The only one.
    spare_bytes_ -= x->size();
    i = open_.erase(i);
    blocks_.erase(
      std::find_if(blocks_.begin(), blocks_.end(),
                   [=](const auto& owner) { return owner.get() == x; }));
  }
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
