// Feeds bytes to the stream decoder twice: in as large pieces as it takes, and
// in pieces that the first byte chooses. Both must give the same frames.

#include "messages/wire/jpeg_header.hpp"
#include "messages/wire/legacy_framing.hpp"
#include "messages/wire/stream_decoder.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

struct outcome {
  std::vector<std::string> frames;
  bool failed = false;
  uint64_t broken = 0;
  size_t want = 0;
};

bool operator==(const outcome& x, const outcome& y) {
  return x.frames == y.frames && x.failed == y.failed && x.broken == y.broken
         && x.want == y.want;
}

/// Commits at most `piece` bytes of what is left.
size_t feed(stream_decoder& testee, const uint8_t* data, size_t size) {
  size_t done = 0;
  for (auto span : testee.prepare()) {
    auto n = std::min(span.size, size - done);
    if (n > 0)
      std::memcpy(span.data, data + done, n);
    done += n;
  }
  testee.commit(done);
  return done;
}

void take_frames(stream_decoder& testee, outcome& out) {
  while (auto x = testee.next()) {
    auto& jpeg = x->jpeg;
    require(jpeg.size() >= 2 && jpeg.size() == jpeg.capacity());
    require(jpeg.size() <= max_jpeg_bytes);
    require(jpeg.size() == x->head.content_length);
    require(!x->head.lost || x->head.lost->first <= x->head.lost->last);
    auto size = read_jpeg_size(jpeg.data(), jpeg.size());
    require(!size || (size->width > 0 && size->height > 0));
    out.frames.emplace_back(reinterpret_cast<char*>(jpeg.data()), jpeg.size());
  }
}

outcome decode(const uint8_t* data, size_t size, size_t piece) {
  stream_decoder testee;
  outcome result;
  for (size_t pos = 0; pos < size && !testee.failed();) {
    auto n = feed(testee, data + pos, std::min(piece, size - pos));
    require(n > 0);
    pos += n;
    take_frames(testee, result);
    require(testee.failed() != testee.error().empty());
    require(testee.want() <= max_jpeg_bytes);
  }
  require(testee.error().find_first_of("\r\n") == std::string::npos);
  result.failed = testee.failed();
  result.broken = testee.broken_frames();
  result.want = testee.want();
  return result;
}

std::vector<uint8_t> seed(uint8_t piece, const std::string& text) {
  std::vector<uint8_t> result{piece};
  result.insert(result.end(), text.begin(), text.end());
  return result;
}

const std::string tiny_jpeg{"\xFF\xD8\xFF\xC0\0\x0B\x08\0\x01\0\x01\x01\x01\x11"
                            "\0\xFF\xD9",
                            17};

std::string foreign_stream() {
  std::string result = "HTTP/1.0 200 OK\r\nServer: x\r\nContent-Type: "
                       "multipart/x-mixed-replace; boundary=\"--xyz\"\r\n\r\n";
  for (int i = 0; i < 3; ++i)
    result += "--xyz\r\nContent-Length: 17\r\n\r\n" + tiny_jpeg + "\r\n";
  return result + "--xyz--\r\n";
}

std::string camnode_stream() {
  auto result = stream_response_head("cam-1", 7, "1.0");
  for (uint64_t i = 1; i < 4; ++i) {
    frame x;
    x.epoch = 7;
    x.sequence = i;
    x.exposure_us = 100;
    x.jpeg = frame_bytes{tiny_jpeg.size()};
    x.jpeg.resize(tiny_jpeg.size());
    frame_gap lost{i, i + 1, loss_place::server_ring};
    char header[part_header_capacity];
    result.append(header, write_part_header(header, x, &lost));
    result += tiny_jpeg;
    result += part_trailer;
  }
  return result;
}

std::string legacy_stream() {
  auto header = make_legacy_header(tiny_jpeg.size());
  std::string length(header.begin(), header.end());
  return std::string(4, '\0') + length + tiny_jpeg + length + tiny_jpeg;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  auto piece = size_t{data[0]} + 1;
  auto whole = decode(data + 1, size - 1, size);
  require(whole == decode(data + 1, size - 1, piece));
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  return {seed(0, foreign_stream()), seed(4, camnode_stream()),
          seed(99, legacy_stream()), seed(255, "HTTP/1.1 404 Not Found\n\n")};
}
