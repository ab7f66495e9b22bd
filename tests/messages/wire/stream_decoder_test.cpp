#define CAF_SUITE stream_decoder
#include "tests/camnode_test.hpp"

#include "messages/wire/legacy_framing.hpp"
#include "messages/wire/stream_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace camnode;

namespace {

/// A body that passes for a JPEG, with all byte values in it.
std::string picture(size_t n) {
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

std::string response(std::string_view content_type) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string{content_type}
         + "\r\n\r\n";
}

const std::string plain_response = response(
  "multipart/x-mixed-replace; boundary=b");

std::string part(std::string_view body, std::string_view delimiter = "--b") {
  return std::string{delimiter} + "\r\nContent-Type: image/jpeg\r\n"
         + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"
         + std::string{body} + "\r\n";
}

/// What a camnode server sends for `pictures`, numbered from 1.
std::string camnode_stream() {
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

std::string length_of(size_t n) {
  auto header = make_legacy_header(n);
  return {reinterpret_cast<char*>(header.data()), header.size()};
}

std::string legacy_stream() {
  auto result = length_of(0);
  for (auto& x : pictures)
    result += length_of(x.size()) + x + length_of(0);
  return result;
}

/// How many bytes can be read before the look-ahead.
size_t room(stream_decoder& x) {
  return x.prepare()[0].size;
}

std::string error_of(std::string_view bytes) {
  connection x{bytes};
  CAF_CHECK(x.testee.failed());
  CAF_CHECK_EQUAL(room(x.testee), 0u);
  CAF_CHECK_EQUAL(x.testee.want(), 0u);
  return x.testee.error();
}

} // namespace

CAF_TEST(pieces of any size make the same frames of either protocol) {
  for (auto& stream : {camnode_stream(), legacy_stream()}) {
    auto expected = stream[0] == 'H' ? stream_protocol::http
                                     : stream_protocol::legacy;
    for (size_t piece = 1; piece < 400; ++piece) {
      connection x{stream, piece};
      CAF_REQUIRE_EQUAL(x.testee.error(), "");
      CAF_CHECK(x.got == pictures);
      CAF_CHECK(x.testee.protocol() == expected);
    }
    for (size_t piece : {1000, 4095, 4096, 4097, 8192, 65536}) {
      connection x{stream, piece};
      CAF_CHECK(x.got == pictures);
    }
  }
}

CAF_TEST(a stream that is cut off anywhere gives the frames before) {
  for (auto& stream : {camnode_stream(), legacy_stream()}) {
    size_t whole = 0;
    for (size_t n = 0; n <= stream.size(); ++n) {
      connection x{stream.substr(0, n)};
      CAF_REQUIRE(!x.testee.failed());
      CAF_REQUIRE(x.got.size() == whole || x.got.size() == whole + 1);
      whole = x.got.size();
      CAF_REQUIRE(std::equal(x.got.begin(), x.got.end(), pictures.begin()));
    }
    CAF_CHECK_EQUAL(whole, pictures.size());
  }
}

CAF_TEST(a camnode server tells its id and epoch and those of its frames) {
  connection x{camnode_stream()};
  CAF_CHECK_EQUAL(x.testee.id(), "cam-1");
  CAF_CHECK(x.testee.epoch() == 7u);
  CAF_REQUIRE_EQUAL(x.heads.size(), pictures.size());
  for (size_t i = 0; i < x.heads.size(); ++i) {
    CAF_CHECK(x.heads[i].epoch == 7u);
    CAF_CHECK(x.heads[i].sequence == i + 1);
    CAF_CHECK(x.heads[i].capture_mono_ns == static_cast<int64_t>((i + 1) * 33));
  }
}

CAF_TEST(a legacy server tells nothing but the length) {
  connection x{legacy_stream()};
  CAF_CHECK_EQUAL(x.testee.id(), "");
  CAF_CHECK(!x.testee.epoch());
  CAF_REQUIRE_EQUAL(x.heads.size(), pictures.size());
  CAF_CHECK(!x.heads[0].epoch && !x.heads[0].sequence && !x.heads[0].lost);
}

CAF_TEST(a body is read into the memory of its frame) {
  stream_decoder testee;
  auto feed = [&](std::string_view bytes) {
    std::memcpy(testee.prepare()[0].data, bytes.data(), bytes.size());
    testee.commit(bytes.size());
  };
  feed(length_of(100000));
  CAF_REQUIRE(!testee.next());
  CAF_CHECK_EQUAL(testee.want(), 100000u);
  auto spans = testee.prepare();
  CAF_CHECK_EQUAL(spans[0].size, 100000u);
  CAF_CHECK_EQUAL(spans[1].size, stream_decoder::look_ahead_bytes);
  auto memory = spans[0].data;
  feed("\xFF\xD8");
  CAF_REQUIRE(!testee.next());
  CAF_CHECK_EQUAL(testee.want(), 99998u);
  CAF_CHECK(testee.prepare()[0].data == memory + 2);
  feed(std::string(99998, 'x'));
  auto x = testee.next();
  CAF_REQUIRE(x);
  CAF_CHECK(x->jpeg.data() == memory);
  CAF_CHECK_EQUAL(testee.want(), 0u);
}

CAF_TEST(nothing can be read before all frames are taken) {
  stream_decoder testee;
  auto bytes = length_of(2) + picture(2) + length_of(2) + picture(2);
  std::memcpy(testee.prepare()[0].data, bytes.data(), bytes.size());
  testee.commit(bytes.size());
  CAF_CHECK(testee.next());
  CAF_CHECK_EQUAL(room(testee), 0u);
  CAF_CHECK(testee.next());
  CAF_CHECK(!testee.next());
  CAF_CHECK_EQUAL(room(testee), stream_decoder::look_ahead_bytes);
}

CAF_TEST(boundaries are understood as servers write them) {
  for (auto parameter :
       {"boundary=b", "boundary=\"b\"", "Boundary = b ; charset=x",
        "charset=x;boundary=\"--b\"", "boundary=--b", "a; boundary=b"})
    for (auto delimiter : {"--b", "b", "----b", "--b "}) {
      auto stream = response("Multipart/X-Mixed-Replace; "
                             + std::string{parameter});
      for (auto& x : pictures)
        stream += part(x, delimiter);
      connection x{stream};
      CAF_CHECK_EQUAL(x.testee.error(), "");
      CAF_CHECK(x.got == pictures);
    }
}

CAF_TEST(lines may end in LF only and blank ones may surround a part) {
  std::string stream
    = "HTTP/1.0 200 OK\nContent-Type: multipart/x-mixed-replace;boundary=b\n\n";
  for (auto& x : pictures)
    stream += "\n\r\n\n--b\nContent-Length: " + std::to_string(x.size())
              + "\n\n" + x;
  for (size_t piece : {1, 7, 65536}) {
    connection x{stream, piece};
    CAF_CHECK_EQUAL(x.testee.error(), "");
    CAF_CHECK(x.got == pictures);
  }
}

CAF_TEST(a part without content is skipped) {
  connection x{plain_response + part("") + part(picture(9)) + part("")};
  CAF_CHECK_EQUAL(x.testee.error(), "");
  CAF_CHECK(x.got == std::vector<std::string>{picture(9)});
  CAF_CHECK_EQUAL(x.testee.broken_frames(), 0u);
}

CAF_TEST(a body that is no picture is counted and skipped) {
  connection http{plain_response + part("GIF89a") + part(picture(9))
                  + part("\xFF")};
  connection legacy{length_of(6) + "GIF89a" + length_of(9) + picture(9)
                    + length_of(1) + "\xFF"};
  for (auto x : {&http, &legacy}) {
    CAF_CHECK_EQUAL(x->testee.error(), "");
    CAF_CHECK(x->got == std::vector<std::string>{picture(9)});
    CAF_CHECK_EQUAL(x->testee.broken_frames(), 2u);
  }
}

CAF_TEST(other statuses are told as they came) {
  for (std::string line :
       {"HTTP/1.1 404 Not Found", "HTTP/1.1 503 Service Unavailable",
        "HTTP/1.1 2000 OK", "HTTP/2 200 OK", "HTTP/1.1", "HTTPS"})
    CAF_CHECK_EQUAL(error_of(line + "\r\n\r\n"),
                    "the server answers `" + line
                      + "`, expected `HTTP/1.1 200 OK`");
}

CAF_TEST(other content types are refused) {
  CAF_CHECK_EQUAL(error_of(response("image/jpeg")),
                  "the response has Content-Type `image/jpeg`, expected "
                  "multipart/x-mixed-replace");
  CAF_CHECK_EQUAL(error_of("HTTP/1.1 200 OK\r\n\r\n"),
                  "the response has no Content-Type, expected "
                  "multipart/x-mixed-replace");
}

CAF_TEST(a content type without a proper boundary is refused) {
  for (std::string parameters :
       {"", ";", "; boundary", "; boundary=", "; boundary=\"\"",
        "; boundary=--", "; xboundary=b"}) {
    auto type = "multipart/x-mixed-replace" + parameters;
    CAF_CHECK_EQUAL(error_of(response(type)),
                    "the Content-Type `" + type
                      + "` has no boundary of 1 to 128 bytes");
  }
  auto type = "multipart/x-mixed-replace; boundary=" + std::string(129, 'b');
  CAF_CHECK(!error_of(response(type)).empty());
}

CAF_TEST(a chunked response is refused) {
  CAF_CHECK_EQUAL(error_of("HTTP/1.1 200 OK\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n"),
                  "the response has Transfer-Encoding `chunked`, expected "
                  "none");
}

CAF_TEST(an id or epoch that cannot be is refused) {
  CAF_CHECK_EQUAL(error_of("HTTP/1.1 200 OK\r\nX-Camnode-Id: ../x\r\n\r\n"),
                  "X-Camnode-Id is `../x`, expected 1 to 64 letters, digits "
                  "and ._-");
  CAF_CHECK_EQUAL(error_of("HTTP/1.1 200 OK\r\nX-Camnode-Epoch: x\r\n\r\n"),
                  "X-Camnode-Epoch is `x`, expected a number below 2^53");
}

CAF_TEST(a peer that speaks neither protocol is refused) {
  connection x{"SSH-2.0-OpenSSH_9.2\r\n"};
  CAF_CHECK_EQUAL(x.testee.error(),
                  "the stream begins with `SSH-`, expected `HTTP/` or a frame "
                  "length of at most 16777216");
  CAF_CHECK(x.testee.protocol() == stream_protocol::undecided);
}

CAF_TEST(a hostile length ends the stream before memory is taken) {
  CAF_CHECK_EQUAL(error_of(length_of(5) + picture(5) + "\xFF\xFF\xFF\xFF"),
                  "the length in front of frame 2 exceeds 16777216 bytes");
  CAF_CHECK_EQUAL(error_of(plain_response + part(picture(5))
                           + "--b\r\nContent-Length: 16777217\r\n\r\n"),
                  "part 2: Content-Length `16777217`, expected one number of "
                  "at most 16777216");
  connection largest{length_of(max_jpeg_bytes)};
  CAF_CHECK_EQUAL(largest.testee.want(), max_jpeg_bytes);
}

CAF_TEST(headers without end are refused) {
  std::string line = "X: " + std::string(97, 'x') + "\r\n";
  std::string lines;
  while (lines.size() < 20000)
    lines += line;
  for (size_t piece : {1, 4096}) {
    connection head{"HTTP/1.1 200 OK\r\n" + lines, piece};
    CAF_CHECK_EQUAL(head.testee.error(), "the response's header has no end "
                                         "within 8192 bytes");
    connection first_line{"HTTP" + std::string(20000, 'x'), piece};
    CAF_CHECK(first_line.testee.failed());
    connection part{plain_response + "--b\r\n" + lines, piece};
    CAF_CHECK_EQUAL(part.testee.error(),
                    "part 1: the header has no end within 4096 bytes");
    connection delimiter{plain_response + std::string(20000, '-'), piece};
    CAF_CHECK_EQUAL(delimiter.testee.error(),
                    "part 1: the header has no end within 4096 bytes");
  }
}

CAF_TEST(headers of the largest allowed size are read) {
  auto filled = [](std::string begin, size_t size, const std::string& end) {
    begin += "X: ";
    begin.resize(size - end.size(), 'x');
    return begin + end;
  };
  auto head = filled("HTTP/1.1 200 OK\r\n",
                     stream_decoder::max_response_head_bytes,
                     "\r\nContent-Type: multipart/x-mixed-replace; "
                     "boundary=b\r\n\r\n");
  auto part = filled("--b\r\n", max_part_head_bytes,
                     "\r\nContent-Length: 9\r\n\r\n");
  for (size_t piece : {1, 1000, 65536}) {
    connection x{head + part + picture(9) + part + picture(9), piece};
    CAF_CHECK_EQUAL(x.testee.error(), "");
    CAF_CHECK_EQUAL(x.got.size(), 2u);
  }
}

CAF_TEST(a length that does not lead to a delimiter is told with its place) {
  CAF_CHECK_EQUAL(error_of(plain_response + part(picture(5))
                           + "--b\r\nContent-Length: 2\r\n\r\n"
                           + "\xFF\xD8more\r\n"),
                  "part 3 begins with `more`, expected `--b`");
}

CAF_TEST(a part without length is told with its place) {
  CAF_CHECK_EQUAL(error_of(plain_response + "--b\r\n\r\n"),
                  "part 1: no Content-Length, which every part must have");
}

CAF_TEST(the closing delimiter ends the stream) {
  CAF_CHECK_EQUAL(error_of(plain_response + part(picture(5)) + "--b--\r\n"),
                  "the server ended the stream behind part 1");
}

CAF_TEST(what is no picture is counted) {
  connection x{plain_response + part("") + part("no jpeg") + "\r\n\r\n"
               + part("\xFF\xD8")};
  CAF_CHECK_EQUAL(x.got.size(), 1u);
  CAF_CHECK_EQUAL(x.testee.empty_parts(), 1u);
  CAF_CHECK_EQUAL(x.testee.broken_frames(), 1u);
  auto bodies = std::string{"no jpeg"}.size() + 2;
  auto all = plain_response.size() + part("").size() + part("no jpeg").size()
             + 4 + part("\xFF\xD8").size();
  CAF_CHECK_EQUAL(x.testee.overhead_bytes(), all - bodies);
  CAF_CHECK_EQUAL(x.testee.receiving_bytes(), 0u);
  connection legacy{legacy_stream()};
  CAF_CHECK_EQUAL(legacy.testee.empty_parts(), pictures.size() + 1);
}

CAF_TEST(the frame that is being received is known) {
  connection x{plain_response + part(picture(10000)).substr(0, 200)};
  CAF_CHECK_GREATER_OR_EQUAL(x.testee.receiving_bytes(), 10000u);
}
