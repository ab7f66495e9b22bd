#include "messages/disk/frame_spot.hpp"

#include "messages/error.hpp"
#include "messages/frame.hpp"

#include <algorithm>
#include <string>

namespace camnode {

namespace {

caf::error bad(const std::string& why) {
  return caf::make_error(ec::bad_message, why);
}

} // namespace

caf::expected<frame_spot> find_frame(record_reader& index, uint64_t n) {
  std::string_view line;
  auto at_end = [&](const std::string& why) {
    return index.fault().empty() ? caf::make_error(ec::unavailable, why)
                                 : bad(index.fault());
  };
  if (!index.next(line))
    return at_end("the index is empty");
  if (line != index_header.substr(0, index_header.size() - 1))
    return bad("is no index");
  frame_spot result;
  for (uint64_t i = 0;; ++i) {
    if (!index.next(line))
      return at_end("there are " + std::to_string(i) + " frames");
    auto row = parse_index_row(line);
    if (!row || row->frame != i || row->bytes > max_jpeg_bytes)
      return bad("row " + std::to_string(i) + " of the index is none");
    result.row = *row;
    if (i == n)
      break;
    result.film_bytes += mp4_fragment_header_size + row->bytes;
  }
  result.index_end = index.bytes();
  return result;
}

uint64_t film_head_bytes(uint64_t film_size, const mp4_reader& film) {
  return mp4_scan(std::min<uint64_t>(film_size, max_mp4_init_bytes), film)
    .init_bytes;
}

caf::expected<uint64_t> jpeg_offset(uint64_t film_size, const mp4_reader& film,
                                    const frame_spot& x) {
  auto head = film_head_bytes(film_size, film);
  if (head == 0)
    return bad("is no film");
  auto begin = head + x.film_bytes;
  auto result = begin + mp4_fragment_header_size;
  mp4_fragment_header bytes;
  if (result + x.row.bytes > film_size
      || !film(begin, bytes.data(), bytes.size()))
    return bad("ends before frame " + std::to_string(x.row.frame));
  auto header = parse_mp4_fragment(bytes);
  if (!header || header->sequence != static_cast<uint32_t>(x.row.frame + 1)
      || header->payload_bytes != x.row.bytes)
    return bad("frame " + std::to_string(x.row.frame)
               + " is not where the index has it");
  return result;
}

} // namespace camnode
