#include "messages/disk/mp4_fragment.hpp"
#include "messages/frame.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
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
}

bool same(const mp4_layout& a, const mp4_layout& b) {
  return a.timescale == b.timescale && a.init_bytes == b.init_bytes
         && a.fragments == b.fragments && a.end == b.end;
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

} // namespace

std::vector<bytes> camnode_fuzz_seeds() {
  return {file_of(0, 0), file_of(1, 1), file_of(5, 0)};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<mp4_found_fragment> found;
  auto layout = mp4_scan(data, size,
                         [&](const auto& x) { found.push_back(x); });
  check(layout, size);
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
