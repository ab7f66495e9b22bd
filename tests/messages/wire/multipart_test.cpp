#define CAF_SUITE multipart
#include "tests/camnode_test.hpp"

#include "messages/wire/multipart.hpp"

#include <limits>

using namespace camnode;

namespace {

frame sample_frame() {
  frame x;
  x.epoch = 7;
  x.sequence = 1234;
  x.capture_mono_ns = 5'000'000'001;
  x.capture_utc_ns = 1'700'000'000'000'000'002;
  x.jpeg = frame_bytes{20};
  x.jpeg.resize(20);
  return x;
}

std::string header_of(const frame& x, const frame_gap* lost = nullptr) {
  char out[part_header_capacity];
  return {out, write_part_header(out, x, lost)};
}

part_head parsed(std::string_view block) {
  std::string why;
  auto result = parse_part_head(block, why);
  CAF_REQUIRE_EQUAL(why, "");
  CAF_REQUIRE(result);
  return *result;
}

std::string refusal(std::string_view block) {
  std::string why;
  auto result = parse_part_head(block, why);
  CAF_CHECK(!result);
  return why;
}

} // namespace

CAF_TEST(the response head ends with the first delimiter) {
  CAF_CHECK_EQUAL(stream_response_head("cam-1", 7, "1.2.3"),
                  "HTTP/1.1 200 OK\r\n"
                  "Content-Type: multipart/x-mixed-replace; "
                  "boundary=camnode\r\n"
                  "Cache-Control: no-store\r\n"
                  "Connection: close\r\n"
                  "X-Camnode-Id: cam-1\r\n"
                  "X-Camnode-Epoch: 7\r\n"
                  "X-Camnode-Version: 1.2.3\r\n"
                  "\r\n"
                  "--camnode\r\n");
}

CAF_TEST(a part header names the length and the times) {
  CAF_CHECK_EQUAL(header_of(sample_frame()),
                  "Content-Type: image/jpeg\r\n"
                  "Content-Length: 20\r\n"
                  "X-Camnode-Epoch: 7\r\n"
                  "X-Camnode-Sequence: 1234\r\n"
                  "X-Camnode-Capture-Mono-Ns: 5000000001\r\n"
                  "X-Camnode-Capture-Utc-Ns: 1700000000000000002\r\n"
                  "\r\n");
}

CAF_TEST(a frame whose capture time is not known has none in its header) {
  auto x = sample_frame();
  x.flags = frame::receive_time_only;
  auto head = parsed(header_of(x));
  CAF_CHECK(!head.capture_mono_ns);
  CAF_CHECK(!head.capture_utc_ns);
  CAF_CHECK(head.sequence == x.sequence);
}

CAF_TEST(a time of arrival is said to be one) {
  auto x = sample_frame();
  CAF_CHECK(!parsed(header_of(x)).is_arrival);
  x.flags = frame::arrival_time;
  auto head = parsed(header_of(x));
  CAF_CHECK(head.is_arrival);
  CAF_CHECK(head.capture_mono_ns == x.capture_mono_ns);
  CAF_CHECK(header_of(x).find("X-Camnode-Time: arrival\r\n")
            != std::string::npos);
  for (auto kind : {"capture", "arrival", "moonrise"})
    CAF_CHECK_EQUAL(parsed("Content-Length: 5\r\nX-Camnode-Time: "
                           + std::string{kind})
                      .is_arrival,
                    kind != std::string{"capture"});
}

CAF_TEST(a known exposure and a loss are in the part header) {
  auto x = sample_frame();
  x.exposure_us = 8000;
  frame_gap lost{1230, 1233, loss_place::server_ring};
  auto head = parsed(header_of(x, &lost));
  CAF_REQUIRE(head.exposure_us && head.lost);
  CAF_CHECK_EQUAL(*head.exposure_us, 8000);
  CAF_CHECK_EQUAL(head.lost->first, 1230u);
  CAF_CHECK_EQUAL(head.lost->last, 1233u);
  CAF_CHECK(head.lost_at == loss_place::server_ring);
}

CAF_TEST(the place of a loss is read back if a server can know it) {
  for (auto place :
       {loss_place::source, loss_place::encoder, loss_place::server_ring}) {
    frame_gap lost{5, 9, place};
    CAF_CHECK(parsed(header_of(sample_frame(), &lost)).lost_at == place);
  }
  for (auto place : {"", "disk", "Encoder", "moon"})
    CAF_CHECK(
      parsed("Content-Length: 5\r\nX-Camnode-Lost-At: " + std::string{place})
        .lost_at
      == loss_place::server_ring);
}

CAF_TEST(an empty gap is not written) {
  frame_gap none;
  auto x = sample_frame();
  CAF_CHECK_EQUAL(header_of(x, &none), header_of(x));
}

CAF_TEST(what is written is read back) {
  auto x = sample_frame();
  auto head = parsed(header_of(x));
  CAF_REQUIRE(head.epoch && head.sequence);
  CAF_REQUIRE(head.capture_mono_ns && head.capture_utc_ns);
  CAF_CHECK_EQUAL(head.content_length, x.jpeg.size());
  CAF_CHECK_EQUAL(*head.epoch, x.epoch);
  CAF_CHECK_EQUAL(*head.sequence, x.sequence);
  CAF_CHECK_EQUAL(*head.capture_mono_ns, x.capture_mono_ns);
  CAF_CHECK_EQUAL(*head.capture_utc_ns, x.capture_utc_ns);
  CAF_CHECK(!head.exposure_us);
  CAF_CHECK(!head.lost);
}

CAF_TEST(the longest part header fits its capacity and is read back) {
  constexpr auto most = std::numeric_limits<uint64_t>::max();
  constexpr auto least = std::numeric_limits<int64_t>::min();
  frame x;
  x.epoch = most;
  x.sequence = most;
  x.capture_mono_ns = least;
  x.capture_utc_ns = least;
  x.exposure_us = std::numeric_limits<int32_t>::max();
  x.flags = frame::arrival_time;
  x.jpeg = frame_bytes{max_jpeg_bytes};
  x.jpeg.resize(max_jpeg_bytes);
  frame_gap lost{most, most, loss_place::server_ring};
  auto text = header_of(x, &lost);
  CAF_CHECK_LESS_OR_EQUAL(text.size(), part_header_capacity);
  // The numbers of runs and frames that are read stay below 2^53.
  constexpr auto exact = max_exact_integer;
  x.epoch = x.sequence = exact;
  lost = {exact, exact, loss_place::server_ring};
  auto head = parsed(header_of(x, &lost));
  CAF_CHECK(head.epoch == exact && head.sequence == exact);
  CAF_CHECK(head.capture_mono_ns == least && head.capture_utc_ns == least);
  CAF_CHECK(head.exposure_us == x.exposure_us);
  CAF_CHECK(head.lost && head.lost->last == exact);
}

CAF_TEST(numbers that no camera comes to are refused) {
  auto accepted = [](const std::string& field) {
    std::string why;
    return parse_part_head("Content-Length: 5\n" + field + "\n", why)
      .has_value();
  };
  for (auto name : {"X-Camnode-Epoch: ", "X-Camnode-Sequence: "}) {
    CAF_CHECK(accepted(name + std::string{"9007199254740991"}));
    for (auto bad : {"9007199254740992", "18446744073709551610",
                     "18446744073709551616", "-1", "1.5", ""})
      CAF_CHECK(!accepted(name + std::string{bad}));
  }
  CAF_CHECK(!accepted("X-Camnode-Sequence: 0"));
  CAF_CHECK(!accepted("X-Camnode-Lost: 0-1"));
  CAF_CHECK(!accepted("X-Camnode-Lost: 1-9007199254740992"));
}

CAF_TEST(a length is all that a foreign server has to say) {
  for (auto block : {"Content-Length: 5\r\n\r\n", "content-length:5\n\n",
                     "CONTENT-LENGTH : 5 \t\r\nContent-Type: image/jpg\r\n",
                     "X-Timestamp: 1.5\r\nContent-Length: 5",
                     "Content-Length: 5\r\nContent-Length: 5\r\n"}) {
    auto head = parsed(block);
    CAF_CHECK_EQUAL(head.content_length, 5u);
    CAF_CHECK(!head.epoch && !head.sequence && !head.lost);
    CAF_CHECK(!head.capture_mono_ns && !head.capture_utc_ns);
  }
}

CAF_TEST(lines after the blank one are not read) {
  CAF_CHECK_EQUAL(parsed("Content-Length: 5\r\n\r\nbody").content_length, 5u);
}

CAF_TEST(a missing length is refused) {
  CAF_CHECK_EQUAL(refusal(""), "no Content-Length, which every part must have");
  CAF_CHECK_EQUAL(refusal("Content-Type: image/jpeg\r\n\r\n"),
                  "no Content-Length, which every part must have");
}

CAF_TEST(lengths that are no length or too large are refused) {
  for (auto value : {"", "-1", "+1", "1x", "0x10", "1 2", "16777217",
                     "99999999999999999999999", "1.5"})
    CAF_CHECK_EQUAL(refusal("Content-Length: " + std::string{value}),
                    "Content-Length `" + std::string{value}
                      + "`, expected one number of at most 16777216");
  CAF_CHECK_EQUAL(parsed("Content-Length: 16777216").content_length,
                  max_jpeg_bytes);
}

CAF_TEST(two different lengths are refused) {
  CAF_CHECK_EQUAL(refusal("Content-Length: 5\r\nContent-Length: 6"),
                  "Content-Length `6`, expected one number of at most "
                  "16777216");
}

CAF_TEST(improper values of known fields are refused) {
  for (auto line :
       {"X-Camnode-Epoch: -1", "X-Camnode-Epoch: 18446744073709551616",
        "X-Camnode-Sequence: ", "X-Camnode-Capture-Mono-Ns: 1e9",
        "X-Camnode-Capture-Utc-Ns: 9223372036854775808",
        "X-Camnode-Exposure-Us: -1", "X-Camnode-Exposure-Us: 2147483648",
        "X-Camnode-Lost: 5", "X-Camnode-Lost: 6-5", "X-Camnode-Lost: 5-",
        "X-Camnode-Lost: -5", "X-Camnode-Lost: 1-2-3"})
    CAF_CHECK_EQUAL(refusal(std::string{line} + "\r\nContent-Length: 5"),
                    "`" + std::string{line} + "` has no proper value");
}

CAF_TEST(a line that is no field is refused and shown without its bytes) {
  CAF_CHECK_EQUAL(refusal("a\tb\x80"),
                  "`a?b?` is no header field, expected `Name: value`");
  CAF_CHECK_EQUAL(refusal(": 5"),
                  "`: 5` is no header field, expected `Name: value`");
}

CAF_TEST(a header that is cut off anywhere is refused or lacks its end) {
  auto text = header_of(sample_frame());
  for (size_t n = 0; n < text.size(); ++n) {
    std::string why;
    auto head = parse_part_head(text.substr(0, n), why);
    CAF_CHECK(head.has_value() == why.empty());
    CAF_CHECK(!head || head->content_length <= 20);
  }
}

CAF_TEST(shown text has a bounded length) {
  CAF_CHECK_EQUAL(printable(std::string(80, 'x')),
                  "`" + std::string(80, 'x') + "`");
  CAF_CHECK_EQUAL(printable(std::string(81, 'x')),
                  "`" + std::string(80, 'x') + "...`");
}
