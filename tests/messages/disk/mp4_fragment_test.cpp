#define CAF_SUITE mp4_fragment

#include "tests/camnode_test.hpp"

#include "messages/disk/mp4_fragment.hpp"
#include "messages/frame.hpp"

#include <cstring>
#include <string>
#include <vector>

using namespace camnode;

namespace {

using bytes = std::vector<uint8_t>;

void add_u32(bytes& to, uint32_t x) {
  for (auto shift : {24, 16, 8, 0})
    to.push_back(static_cast<uint8_t>(x >> shift));
}

bytes box(const std::string& type, const bytes& content) {
  bytes result;
  add_u32(result, static_cast<uint32_t>(8 + content.size()));
  result.insert(result.end(), type.begin(), type.end());
  result.insert(result.end(), content.begin(), content.end());
  return result;
}

/// A media header, of which only the time scale matters here.
bytes media_header(uint8_t version, uint32_t timescale) {
  bytes content(version == 1 ? 20 : 12, 0);
  content[0] = version;
  add_u32(content, timescale);
  content.resize(content.size() + 12);
  return box("mdhd", content);
}

bytes init_boxes(const bytes& mdhd) {
  auto result = box("ftyp", bytes(8, 0));
  auto header = box("mvhd", bytes(100, 0));
  auto track = box("trak", box("mdia", mdhd));
  header.insert(header.end(), track.begin(), track.end());
  auto moov = box("moov", header);
  result.insert(result.end(), moov.begin(), moov.end());
  return result;
}

mp4_fragment fragment(uint32_t sequence, uint64_t decode_time,
                      uint32_t payload_bytes) {
  mp4_fragment x;
  x.sequence = sequence;
  x.decode_time = decode_time;
  x.duration = 33'333;
  x.payload_bytes = payload_bytes;
  return x;
}

void add(bytes& file, const mp4_fragment& x) {
  auto header = serialize(x);
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + x.payload_bytes, 0xD8);
}

/// Three fragments of 50, 0 and 70 bytes.
bytes sample_file() {
  auto file = init_boxes(media_header(0, mp4_timescale));
  add(file, fragment(1, 0, 50));
  add(file, fragment(2, 40'000, 0));
  add(file, fragment(3, 1ull << 40, 70));
  return file;
}

mp4_layout scan(const bytes& file) {
  return mp4_scan(file.data(), file.size());
}

} // namespace

CAF_TEST(a fragment is written as the standard says) {
  auto x = serialize(fragment(7, 0x0102030405060708, 0x00ABCDEF));
  // clang-format off
  const uint8_t expected[] = {
    0, 0, 0, 100, 'm', 'o', 'o', 'f',
    0, 0, 0, 16, 'm', 'f', 'h', 'd', 0, 0, 0, 0, 0, 0, 0, 7,
    0, 0, 0, 76, 't', 'r', 'a', 'f',
    0, 0, 0, 16, 't', 'f', 'h', 'd', 0, 2, 0, 0, 0, 0, 0, 1,
    0, 0, 0, 20, 't', 'f', 'd', 't', 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8,
    0, 0, 0, 32, 't', 'r', 'u', 'n', 0, 0, 7, 1, 0, 0, 0, 1, 0, 0, 0, 108,
    0, 0, 0x82, 0x35, 0, 0xAB, 0xCD, 0xEF, 2, 0, 0, 0,
    0, 0xAB, 0xCD, 0xF7, 'm', 'd', 'a', 't',
  };
  // clang-format on
  CAF_REQUIRE_EQUAL(x.size(), sizeof(expected));
  CAF_CHECK(memcmp(x.data(), expected, sizeof(expected)) == 0);
}

CAF_TEST(a scan finds each fragment with its time and place) {
  auto file = sample_file();
  std::vector<mp4_found_fragment> found;
  auto layout = mp4_scan(file.data(), file.size(),
                         [&](const auto& x) { found.push_back(x); });
  CAF_CHECK_EQUAL(layout.timescale, mp4_timescale);
  CAF_CHECK_EQUAL(layout.fragments, 3u);
  CAF_CHECK_EQUAL(layout.end, file.size());
  CAF_CHECK(!layout.read_failed);
  CAF_REQUIRE_EQUAL(found.size(), 3u);
  CAF_CHECK_EQUAL(found[0].payload_offset, layout.init_bytes + 108);
  CAF_CHECK_EQUAL(found[1].payload_offset, layout.init_bytes + 266);
  CAF_CHECK_EQUAL(found[2].payload_offset, file.size() - 70);
  CAF_CHECK_EQUAL(found[2].header.decode_time, 1ull << 40);
  CAF_CHECK_EQUAL(found[2].header.payload_bytes, 70u);
  CAF_CHECK_EQUAL(found[2].header.duration, 33'333u);
}

CAF_TEST(a file cut anywhere is whole up to its last whole fragment) {
  auto file = sample_file();
  auto init_bytes = scan(file).init_bytes;
  const uint64_t ends[] = {init_bytes, init_bytes + 158, init_bytes + 266,
                           file.size()};
  for (size_t size = 0; size <= file.size(); ++size) {
    auto layout = mp4_scan(file.data(), size);
    if (size < init_bytes) {
      CAF_CHECK_EQUAL(layout.init_bytes, 0u);
      CAF_CHECK_EQUAL(layout.end, 0u);
      continue;
    }
    uint64_t whole = 0;
    while (whole < 3 && ends[whole + 1] <= size)
      ++whole;
    CAF_CHECK_EQUAL(layout.fragments, whole);
    CAF_CHECK_EQUAL(layout.end, ends[whole]);
  }
}

CAF_TEST(a scan stops before bytes that are no fragment) {
  auto file = sample_file();
  auto whole = file.size();
  file.resize(whole + 4096, 0);
  CAF_CHECK_EQUAL(scan(file).end, whole);
  auto layout = scan(sample_file());
  auto second = layout.init_bytes + 158;
  for (auto at = second; at < second + mp4_fragment_header_size; ++at) {
    auto damaged = sample_file();
    damaged[at] ^= 0x80;
    // A duration may be anything, and a time anything after the first.
    auto harmless = (at >= second + 60 && at < second + 68)
                    || (at >= second + 88 && at < second + 92);
    if (!harmless)
      CAF_CHECK_EQUAL(scan(damaged).fragments, 1u);
  }
}

CAF_TEST(fragments out of order are not whole) {
  auto init = init_boxes(media_header(0, mp4_timescale));
  const std::vector<std::vector<mp4_fragment>> cases = {
    {fragment(2, 0, 5)},
    {fragment(1, 9, 5), fragment(1, 10, 5)},
    {fragment(1, 9, 5), fragment(3, 10, 5)},
    {fragment(1, 9, 5), fragment(2, 9, 5)},
    {fragment(1, 9, 5), fragment(2, 8, 5)},
    {fragment(1, ~0ull, 5), fragment(2, 0, 5)},
  };
  for (const auto& fragments : cases) {
    auto file = init;
    for (const auto& x : fragments)
      add(file, x);
    CAF_CHECK_EQUAL(scan(file).fragments, fragments.size() - 1);
  }
}

CAF_TEST(a fragment larger than any JPEG is refused) {
  constexpr auto limit = static_cast<uint32_t>(max_jpeg_bytes);
  for (auto size : {limit, limit + 1, ~0u}) {
    auto file = init_boxes(media_header(0, mp4_timescale));
    auto header = serialize(fragment(1, 0, size));
    file.insert(file.end(), header.begin(), header.end());
    auto read = [&](uint64_t offset, uint8_t* out, size_t n) {
      if (offset + n > file.size())
        return false;
      memcpy(out, file.data() + offset, n);
      return true;
    };
    auto layout = mp4_scan(uint64_t{1} << 40, read);
    CAF_CHECK_EQUAL(layout.fragments, size == limit ? 1u : 0u);
  }
}

CAF_TEST(the time scale is found in both versions of its box) {
  CAF_CHECK_EQUAL(scan(init_boxes(media_header(0, 90'000))).timescale, 90'000u);
  CAF_CHECK_EQUAL(scan(init_boxes(media_header(1, 90'000))).timescale, 90'000u);
  CAF_CHECK_EQUAL(scan(init_boxes(box("mdhd", {}))).timescale, 0u);
  CAF_CHECK_EQUAL(scan(init_boxes(box("mdhd", bytes(15, 0)))).timescale, 0u);
  CAF_CHECK_EQUAL(scan(init_boxes(box("minf", bytes(40, 0)))).timescale, 0u);
}

CAF_TEST(init boxes of unreasonable size are refused) {
  auto file = box("ftyp", {});
  auto moov = box("moov", bytes(max_mp4_init_bytes, 0));
  file.insert(file.end(), moov.begin(), moov.end());
  CAF_CHECK_EQUAL(scan(file).init_bytes, 0u);
  CAF_CHECK_EQUAL(scan(bytes(100, 0)).init_bytes, 0u);
  CAF_CHECK_EQUAL(scan({}).init_bytes, 0u);
}

CAF_TEST(a failing read is not taken for the end of the file) {
  auto file = sample_file();
  auto bad = scan(file).init_bytes + 158;
  auto layout = mp4_scan(file.size(), [&](auto offset, auto out, auto n) {
    memcpy(out, file.data() + offset, n);
    return offset < bad;
  });
  CAF_CHECK(layout.read_failed);
  CAF_CHECK_EQUAL(layout.fragments, 1u);
  CAF_CHECK_EQUAL(layout.end, bad);
}
