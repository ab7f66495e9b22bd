#pragma once

// What the tests of the decoder share. Include it after `camnode_test.hpp`.

#include "messages/wire/legacy_framing.hpp"
#include "messages/wire/stream_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace camnode_test::decoding {

using namespace camnode;

/// A body that passes for a JPEG, with all byte values in it.
inline std::string picture(size_t n) {
  std::string result = "\xFF\xD8";
  for (size_t i = 0; result.size() < n; ++i)
    result += static_cast<char>(i * 7 + n);
  result.resize(n);
  return result;
}

/// Big enough that bodies end within, at, and beyond the look-ahead.
const std::vector<std::string> pictures{picture(10000), picture(2),
                                        picture(100), picture(4096),
                                        picture(5000)};

/// A connection that delivers `bytes`, at most `piece` at a time.
struct connection {
  explicit connection(std::string_view bytes, size_t piece = 65536) {
    deliver(bytes, piece);
  }

  void deliver(std::string_view bytes, size_t piece = 65536) {
    while (!bytes.empty() && !testee.failed()) {
      auto n = read(bytes.substr(0, piece));
      CAF_REQUIRE(n > 0);
      bytes.remove_prefix(n);
    }
  }

  /// Fills the spans in order, as readv does.
  size_t read(std::string_view bytes) {
    size_t result = 0;
    for (auto span : testee.prepare()) {
      auto n = std::min(span.size, bytes.size());
      if (n > 0)
        std::memcpy(span.data, bytes.data(), n);
      bytes.remove_prefix(n);
      result += n;
    }
    testee.commit(result);
    while (auto x = testee.next()) {
      CAF_CHECK_EQUAL(x->jpeg.size(), x->jpeg.capacity());
      CAF_CHECK_EQUAL(x->jpeg.size(), x->head.content_length);
      got.emplace_back(reinterpret_cast<char*>(x->jpeg.data()), x->jpeg.size());
      heads.push_back(x->head);
    }
    return result;
  }

  stream_decoder testee;
  std::vector<std::string> got;
  std::vector<part_head> heads;
};

inline std::string response(std::string_view content_type) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string{content_type}
         + "\r\n\r\n";
}

const std::string plain_response = response(
  "multipart/x-mixed-replace; boundary=b");

inline std::string part(std::string_view body,
                        std::string_view delimiter = "--b") {
  return std::string{delimiter} + "\r\nContent-Type: image/jpeg\r\n"
         + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"
         + std::string{body} + "\r\n";
}

/// What a camnode server sends for `pictures`, numbered from 1.
inline std::string camnode_stream() {
  auto result = stream_response_head("cam-1", 7, "1.0");
  uint64_t sequence = 0;
  for (auto& x : pictures) {
    frame y;
    y.epoch = 7;
    y.sequence = ++sequence;
    y.capture_mono_ns = static_cast<int64_t>(sequence * 33);
    y.jpeg = frame_bytes{x.size()};
    y.jpeg.resize(x.size());
    char header[part_header_capacity];
    result.append(header, write_part_header(header, y, nullptr));
    result += x;
    result += part_trailer;
  }
  return result;
}

inline std::string length_of(size_t n) {
  auto header = make_legacy_header(n);
  return {reinterpret_cast<char*>(header.data()), header.size()};
}

inline std::string legacy_stream() {
  auto result = length_of(0);
  for (auto& x : pictures)
    result += length_of(x.size()) + x + length_of(0);
  return result;
}

/// How many bytes can be read before the look-ahead.
inline size_t room(stream_decoder& x) {
  return x.prepare()[0].size;
}

inline std::string error_of(std::string_view bytes) {
  connection x{bytes};
  CAF_CHECK(x.testee.failed());
  CAF_CHECK_EQUAL(room(x.testee), 0u);
  CAF_CHECK_EQUAL(x.testee.want(), 0u);
  return x.testee.error();
}

} // namespace camnode_test::decoding
