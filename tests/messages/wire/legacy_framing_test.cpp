#define CAF_SUITE legacy_framing
#include "tests/camnode_test.hpp"

#include "messages/wire/legacy_framing.hpp"

using namespace camnode;

CAF_TEST(the length is written in network order) {
  CAF_CHECK(make_legacy_header(0x00ABCDEF)
            == (legacy_header{0x00, 0xAB, 0xCD, 0xEF}));
  CAF_CHECK(make_legacy_header(max_jpeg_bytes) == (legacy_header{1, 0, 0, 0}));
}

CAF_TEST(what is written is read back) {
  for (size_t length : {0, 1, 255, 256, 65535, 65536, 16777215, 16777216}) {
    auto result = parse_legacy_header(make_legacy_header(length).data());
    CAF_REQUIRE(result);
    CAF_CHECK_EQUAL(*result, length);
  }
}

CAF_TEST(a length above the largest frame is refused) {
  for (auto bytes : {legacy_header{1, 0, 0, 1}, legacy_header{0x80, 0, 0, 0},
                     legacy_header{0xFF, 0xFF, 0xFF, 0xFF},
                     legacy_header{'H', 'T', 'T', 'P'}})
    CAF_CHECK(!parse_legacy_header(bytes.data()));
}
