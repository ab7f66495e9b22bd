#define CAF_SUITE stream_decoder
#include "tests/camnode_test.hpp"

#include "tests/messages/wire/stream_decoder_fixture.hpp"

using namespace camnode_test::decoding;

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

CAF_TEST(the closing delimiter ends the stream) {
  CAF_CHECK_EQUAL(error_of(plain_response + part(picture(5)) + "--b--\r\n"),
                  "the server ended the stream after part 1");
}

CAF_TEST(the frame that is being received is known) {
  connection x{plain_response + part(picture(10000)).substr(0, 200)};
  CAF_CHECK_GREATER_OR_EQUAL(x.testee.receiving_bytes(), 10000u);
}
