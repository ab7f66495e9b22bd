#include "messages/disk/mp4_boxes.hpp"

namespace camnode {

uint32_t mp4_u32_at(std::string_view x, size_t at) {
  uint32_t result = 0;
  for (size_t i = at; i < at + 4; ++i)
    result = result << 8 | static_cast<uint8_t>(x[i]);
  return result;
}

uint64_t mp4_u64_at(std::string_view x, size_t at) {
  return static_cast<uint64_t>(mp4_u32_at(x, at)) << 32 | mp4_u32_at(x, at + 4);
}

std::optional<std::string_view> find_mp4_box(std::string_view boxes,
                                             std::string_view type) {
  while (boxes.size() >= 8) {
    size_t size = mp4_u32_at(boxes, 0);
    if (size < 8 || size > boxes.size())
      return std::nullopt;
    if (boxes.substr(4, 4) == type)
      return boxes.substr(8, size - 8);
    boxes.remove_prefix(size);
  }
  return std::nullopt;
}

std::optional<std::string_view>
find_mp4_box(std::string_view boxes,
             std::initializer_list<std::string_view> way) {
  auto result = std::optional{boxes};
  for (auto type : way)
    if (!(result = find_mp4_box(*result, type)))
      break;
  return result;
}

mp4_box_writer& mp4_box_writer::u16(uint16_t x) {
  out_ += static_cast<char>(x >> 8);
  out_ += static_cast<char>(x);
  return *this;
}

mp4_box_writer& mp4_box_writer::u32(uint32_t x) {
  return u16(static_cast<uint16_t>(x >> 16)).u16(static_cast<uint16_t>(x));
}

mp4_box_writer& mp4_box_writer::u64(uint64_t x) {
  return u32(static_cast<uint32_t>(x >> 32)).u32(static_cast<uint32_t>(x));
}

mp4_box_writer& mp4_box_writer::text(std::string_view x) {
  out_ += x;
  return *this;
}

mp4_box_writer& mp4_box_writer::zeros(size_t n) {
  out_.append(n, '\0');
  return *this;
}

void mp4_box_writer::end_box(size_t at) {
  std::string size;
  mp4_box_writer{size}.u32(static_cast<uint32_t>(out_.size() - at));
  out_.replace(at, size.size(), size);
}

} // namespace camnode
