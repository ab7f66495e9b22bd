#define CAF_SUITE stream_refusal
#include "tests/camnode_test.hpp"

#include "tests/messages/wire/stream_decoder_fixture.hpp"

using namespace camnode_test::decoding;

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
