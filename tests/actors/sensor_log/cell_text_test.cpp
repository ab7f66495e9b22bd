#define CAF_SUITE cell_text
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/cell_text.hpp"
#include "messages/text.hpp"

using namespace camnode;

CAF_TEST(text stays as it is) {
  for (auto x : {"", "21.5", "\xc3\xa4\n\"", "Base64:x", " base64:", "\\xff"}) {
    CAF_CHECK_EQUAL(cell_text(x), x);
    CAF_CHECK_EQUAL(cell_bytes(x).value_or("none"), x);
  }
}

CAF_TEST(any bytes can be had back) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    auto cell = cell_text(bytes);
    CAF_CHECK(is_utf8(cell));
    CAF_CHECK(cell.find('\0') == std::string::npos);
    CAF_CHECK_EQUAL(cell_bytes(cell).value_or("none"), bytes);
    bytes += static_cast<char>(255 - i % 256);
  }
  CAF_CHECK_EQUAL(cell_text("\xff"), "base64:/w==");
  CAF_CHECK_EQUAL(cell_text("\xff\xfe"), "base64://4=");
  CAF_CHECK_EQUAL(cell_text("\xff\xfe\xfd"), "base64://79");
}

CAF_TEST(what looks like bytes is written as bytes) {
  std::string text = "base64:/w==";
  CAF_CHECK_EQUAL(cell_text(text), "base64:YmFzZTY0Oi93PT0=");
  CAF_CHECK_EQUAL(cell_bytes(cell_text(text)).value_or("none"), text);
}

CAF_TEST(what is no base64 is no bytes) {
  for (auto x : {"base64:/", "base64:/w=", "base64:/w==/w==", "base64:/w*=",
                 "base64:====", "base64:=w=="})
    CAF_CHECK(!cell_bytes(x));
}
