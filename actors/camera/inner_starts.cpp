#include "actors/camera/inner_starts.hpp"

#include "messages/wire/jpeg_markers.hpp"

namespace camnode {

void inner_starts::move(size_t n) {
  for (auto& x : starts_) {
    x.begin -= n;
    x.end -= n;
  }
}

void inner_starts::trust_thumbnail(const uint8_t* data, size_t end) {
  if (!starts_.empty() && starts_.back().end == end
      && jpeg::open_starts(data, starts_.back().begin, end, end + 2).empty())
    starts_.pop_back();
}

bool inner_starts::has_picture(const uint8_t* data, size_t header_end) const {
  for (auto& x : starts_)
    for (auto pos : jpeg::open_starts(data, x.begin, x.end, header_end)) {
      // Fill bytes after the segment are those of the picture around it.
      auto is_fill = data[pos + 3] == 0xFF && pos + 3 >= x.end;
      if (!is_fill
          && jpeg::check_header(data + pos, header_end - pos)
               == jpeg::verdict::sound)
        return true;
    }
  return false;
}

} // namespace camnode
