#define CAF_SUITE basp_gate
#include "tests/camnode_test.hpp"

#include "nodes/inspection/basp_gate.hpp"

#include <caf/io/basp/header.hpp>
#include <caf/io/basp/version.hpp>

#include <string>

using namespace camnode;

namespace {

std::string number(uint64_t x, size_t bytes) {
  std::string result;
  for (auto i = bytes; i > 0; --i)
    result += static_cast<char>(x >> (8 * (i - 1)));
  return result;
}

struct frame {
  uint8_t operation;
  uint32_t payload = 0;
  uint64_t data = 0;
  uint64_t source = 0;
  uint64_t destination = 0;
  uint8_t flags = 0;

  std::string header() const {
    return number(operation, 1) + number(0, 2) + number(flags, 1)
           + number(payload, 4) + number(data, 8) + number(source, 8)
           + number(destination, 8);
  }

  std::string text() const {
    return header() + std::string(payload, 'x');
  }
};

const frame hello{1, 20};

bool admits(const std::string& x) {
  basp_gate testee;
  auto result = testee.admits(x.data(), x.size());
  CAF_CHECK_EQUAL(result, testee.why().empty());
  return result;
}

bool admits_behind_hello(const frame& x) {
  return admits(hello.text() + x.text());
}

} // namespace

CAF_TEST(what camctl says passes however it is cut) {
  auto said = hello.text() + frame{6}.text() + frame{2, 100, 7, 3, 11}.text()
              + frame{2, 9, 0, 0, 0xABCDEF, 1}.text()
              + frame{4, 40, 0, 0, 11}.text() + frame{5, 60, 0, 3}.text()
              + frame{6}.text();
  CAF_CHECK(admits(said));
  for (size_t piece : {1u, 2u, 31u, 33u, 100u}) {
    basp_gate testee;
    for (size_t i = 0; i < said.size(); i += piece) {
      auto rest = said.substr(i, piece);
      CAF_REQUIRE(testee.admits(rest.data(), rest.size()));
    }
    CAF_CHECK_EQUAL(testee.questions(), 2u);
  }
}

CAF_TEST(a server handshake without a payload is refused) {
  auto packet = frame{0, 0, 3}.text();
  CAF_CHECK_EQUAL(packet.size(), basp_gate::header_bytes);
  CAF_CHECK(!admits(packet));
  CAF_CHECK(!admits_behind_hello({0, 0, 3}));
  CAF_CHECK(!admits_behind_hello({0, 30, 3}));
}

CAF_TEST(the handshake comes first) {
  CAF_CHECK(!admits(frame{6}.text()));
  CAF_CHECK(!admits(frame{2, 100, 7, 3, 11}.text()));
  CAF_CHECK(admits_behind_hello(hello)); // As CAF's clients do.
}

CAF_TEST(what needs a payload has one and a heartbeat has none) {
  CAF_CHECK(!admits(frame{1, 0}.text()));
  CAF_CHECK(!admits_behind_hello({2, 0, 7, 3, 11}));
  CAF_CHECK(!admits_behind_hello({4, 0, 0, 0, 11}));
  CAF_CHECK(!admits_behind_hello({5, 0, 0, 3}));
  CAF_CHECK(!admits_behind_hello({6, 1}));
}

CAF_TEST(fields that a type does not have are refused) {
  CAF_CHECK(!admits(frame{1, 20, 1}.text()));
  CAF_CHECK(!admits(frame{1, 20, 0, 1}.text()));
  CAF_CHECK(!admits(frame{1, 20, 0, 0, 1}.text()));
  CAF_CHECK(!admits_behind_hello({2, 10, 7, 3, 0}));
  CAF_CHECK(!admits_behind_hello({4, 10, 1, 0, 11}));
  CAF_CHECK(!admits_behind_hello({4, 10, 0, 0, 0}));
  CAF_CHECK(!admits_behind_hello({5, 10, 0, 0, 0}));
  CAF_CHECK(!admits_behind_hello({5, 10, 0, 3, 1}));
  CAF_CHECK(!admits_behind_hello({6, 0, 1}));
}

CAF_TEST(other types and routed messages are refused) {
  for (auto operation : {3, 7, 8, 127, 128, 255})
    CAF_CHECK(
      !admits_behind_hello({static_cast<uint8_t>(operation), 10, 0, 1, 1}));
}

CAF_TEST(a payload is bounded) {
  CAF_CHECK(admits(frame{1, 65536}.text()));
  CAF_CHECK(!admits(frame{1, 65537}.header()));
  CAF_CHECK(!admits(frame{1, 0xFFFFFFFF}.header()));
}

CAF_TEST(what is refused stays refused) {
  basp_gate testee;
  CAF_CHECK(!testee.admits(std::string(32, '\0').data(), 32));
  auto good = hello.text();
  CAF_CHECK(!testee.admits(good.data(), good.size()));
}
