#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

/// Whole numbers as MP4 has them: the highest byte first.
/// @pre The bytes are there.
uint32_t mp4_u32_at(std::string_view x, size_t at);
uint64_t mp4_u64_at(std::string_view x, size_t at);

/// The content of the first box of `type` among those that fill `boxes`.
std::optional<std::string_view> find_mp4_box(std::string_view boxes,
                                             std::string_view type);

/// The same, of a box within boxes: each of `way` is in the one before it.
std::optional<std::string_view>
find_mp4_box(std::string_view boxes,
             std::initializer_list<std::string_view> way);

/// Writes boxes (ISO/IEC 14496-12, 4.2) to a text's end.
class mp4_box_writer {
public:
  explicit mp4_box_writer(std::string& out) : out_(out) {
  }

  mp4_box_writer& u16(uint16_t x);
  mp4_box_writer& u32(uint32_t x);
  mp4_box_writer& u64(uint64_t x);
  mp4_box_writer& text(std::string_view x);
  mp4_box_writer& zeros(size_t n);

  /// Writes a box, whose content `content` writes.
  template <class F>
  mp4_box_writer& box(std::string_view type, F content) {
    auto at = out_.size();
    u32(0).text(type);
    content();
    end_box(at);
    return *this;
  }

private:
  /// Writes the size of the box that begins at `at`.
  void end_box(size_t at);

  std::string& out_;
};

} // namespace camnode
