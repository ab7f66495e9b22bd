#include "messages/disk/mp4_fragment.hpp"
#include "messages/frame.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace camnode;

namespace {

using bytes = std::vector<uint8_t>;

void require(bool x) {
  if (!x)
    abort();
}

void check(const mp4_layout& x, size_t size) {
  require(!x.read_failed);
  require(x.init_bytes <= max_mp4_init_bytes);
  require(x.init_bytes <= x.end && x.end <= size);
  require(x.init_bytes > 0 || (x.end == 0 && x.timescale == 0));
  require(x.init_bytes > 0 || (x.state == mp4_switch::none && !x.track));
  require(x.state != mp4_switch::none || !x.track);
}

bool same(const mp4_layout& a, const mp4_layout& b) {
  return a.timescale == b.timescale && a.init_bytes == b.init_bytes
         && a.fragments == b.fragments && a.end == b.end && a.state == b.state
         && a.track == b.track;
}

/// A header that is read is as it is written.
void check_track(const mp4_layout& x, const uint8_t* data) {
  if (!x.track)
    return;
  auto head = mp4_head(*x.track);
  std::string there{reinterpret_cast<const char*>(data), x.init_bytes};
  require(there.size() == head.size());
  there.replace(mp4_switch_at, mp4_switch_size, mp4_open_switch());
  require(there == head);
}

/// A film that is whole is nothing but what its frames make of it.
void check_whole(const mp4_layout& x, const uint8_t* data, size_t size,
                 const mp4_frames& frames) {
  auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
    require(offset <= size && n <= size - offset);
    std::copy_n(data + offset, n, out);
    return true;
  };
  if (!mp4_is_whole(x, size, read, frames))
    return;
  auto closed = x.state == mp4_switch::closed;
  auto tables = closed ? frames.tables(*x.track) : std::string{};
  require(closed == !tables.empty());
  require(x.end + tables.size() == size);
  require(std::equal(tables.begin(), tables.end(), data + x.end,
                     [](char a, uint8_t b) { return uint8_t(a) == b; }));
}

void add(bytes& to, const bytes& x) {
  to.insert(to.end(), x.begin(), x.end());
}

bytes box(const char (&type)[5], const bytes& content) {
  auto size = static_cast<uint32_t>(8 + content.size());
  bytes result;
  for (auto shift : {24, 16, 8, 0})
    result.push_back(static_cast<uint8_t>(size >> shift));
  result.insert(result.end(), type, type + 4);
  add(result, content);
  return result;
}

bytes file_of(size_t fragments, uint8_t mdhd_version) {
  bytes mdhd(32, 1);
  mdhd[0] = mdhd_version;
  auto file = box("ftyp", bytes(8, 0));
  add(file, box("moov", box("trak", box("mdia", box("mdhd", mdhd)))));
  for (size_t i = 0; i < fragments; ++i) {
    mp4_fragment x;
    x.sequence = static_cast<uint32_t>(i + 1);
    x.decode_time = i * 33'333;
    x.payload_bytes = static_cast<uint32_t>(i * 20);
    auto header = serialize(x);
    file.insert(file.end(), header.begin(), header.end());
    add(file, bytes(x.payload_bytes, 0xD8));
  }
  return file;
}

/// A film as camnode writes it.
bytes film_of(size_t fragments, bool closed) {
  const mp4_track track{0xCA4D0DE, 64, 48};
  auto text = mp4_head(track);
  mp4_frames frames;
  for (size_t i = 0; i < fragments; ++i) {
    mp4_fragment x{static_cast<uint32_t>(i + 1), 5 + i * i * 33'333, 40'000,
                   static_cast<uint32_t>(i * 20)};
    frames.add(x);
    auto header = serialize(x);
    text.append(reinterpret_cast<const char*>(header.data()), header.size());
    text.append(x.payload_bytes, 'x');
  }
  if (closed) {
    text.replace(mp4_switch_at, mp4_switch_size,
                 mp4_closed_switch(text.size()));
    text += frames.tables(track);
  }
  return {text.begin(), text.end()};
}

} // namespace

std::vector<bytes> camnode_fuzz_seeds() {
  return {file_of(0, 0),     file_of(1, 1),    file_of(5, 0),
          film_of(3, false), film_of(1, true), film_of(5, true)};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<mp4_found_fragment> found;
  mp4_frames frames;
  auto layout = mp4_scan(data, size, [&](const auto& x) {
    found.push_back(x);
    frames.add(x.header);
  });
  check(layout, size);
  check_track(layout, data);
  check_whole(layout, data, size, frames);
  require(found.size() == layout.fragments);
  auto end = layout.init_bytes;
  for (const auto& x : found) {
    require(x.payload_offset == end + mp4_fragment_header_size);
    require(x.header.payload_bytes <= max_jpeg_bytes);
    auto header = serialize(x.header);
    require(std::equal(header.begin(), header.end(), data + end));
    end = x.payload_offset + x.header.payload_bytes;
  }
  require(end == layout.end);
  // What is whole stays so without the rest.
  require(same(mp4_scan(data, layout.end), layout));
  if (!found.empty()) {
    auto shorter = mp4_scan(data, layout.end - 1);
    require(shorter.fragments == layout.fragments - 1);
  }
  return 0;
}
