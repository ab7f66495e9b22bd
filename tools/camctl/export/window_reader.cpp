#include "tools/camctl/export/window_reader.hpp"

#include <algorithm>

namespace camnode {

namespace {

constexpr size_t window_bytes = size_t{4} << 20;

} // namespace

window_reader::window_reader(const std::filesystem::path& path) : file_(path) {
}

const uint8_t* window_reader::at(uint64_t offset, size_t size) {
  auto all = file_.size();
  if (!file_.fault().empty() || offset > all || size > all - offset)
    return nullptr;
  if (offset < begin_ || offset + size > begin_ + filled_) {
    auto wanted = std::min<uint64_t>(all - offset,
                                     std::max(size, window_bytes));
    window_.resize(std::max<size_t>(window_.size(), wanted));
    begin_ = offset;
    filled_ = file_.read(offset, window_.data(), wanted) ? wanted : 0;
    // Where a part of the window cannot be read, what was asked for may be.
    if (filled_ == 0 && file_.read(offset, window_.data(), size))
      filled_ = size;
  }
  return size <= filled_ ? window_.data() + (offset - begin_) : nullptr;
}

} // namespace camnode
