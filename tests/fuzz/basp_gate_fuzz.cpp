// Feeds bytes to the gate in front of CAF's protocol: in one piece, and in
// pieces that the first byte chooses. Whatever passes is valid to CAF itself,
// and has the payload that CAF will read without asking.

#include "nodes/inspection/basp_gate.hpp"

#include <caf/io/basp/header.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    std::abort();
}

uint64_t number_at(const uint8_t* x, size_t bytes) {
  uint64_t result = 0;
  for (size_t i = 0; i < bytes; ++i)
    result = result << 8 | x[i];
  return result;
}

/// @returns Where the gate closed, in pieces; `size` if it did not.
size_t passed(const uint8_t* data, size_t size, size_t piece) {
  basp_gate testee;
  for (size_t pos = 0; pos < size; pos += piece) {
    auto n = std::min(piece, size - pos);
    if (!testee.admits(reinterpret_cast<const char*>(data) + pos, n)) {
      require(!testee.why().empty());
      return pos;
    }
    require(testee.why().empty());
  }
  return size;
}

void check(const uint8_t* data, size_t size) {
  auto first = true;
  for (size_t pos = 0; size - pos >= basp_gate::header_bytes;) {
    auto* x = data + pos;
    caf::io::basp::header header{static_cast<caf::io::basp::message_type>(x[0]),
                                 x[3],
                                 static_cast<uint32_t>(number_at(x + 4, 4)),
                                 number_at(x + 8, 8),
                                 number_at(x + 16, 8),
                                 number_at(x + 24, 8)};
    require(caf::io::basp::valid(header));
    require(x[0] != 0 && x[0] != 3); // A server's handshake, a routed message.
    require(!first || x[0] == 1);
    require((header.payload_len == 0) == is_heartbeat(header));
    require(header.payload_len <= 65536);
    first = false;
    pos += std::min<size_t>(size - pos,
                            basp_gate::header_bytes + header.payload_len);
  }
}

std::vector<uint8_t> frame(uint8_t operation, uint8_t payload, uint8_t data,
                           uint8_t source, uint8_t destination) {
  std::vector<uint8_t> result(basp_gate::header_bytes + payload, 0);
  result[0] = operation;
  result[7] = payload;
  result[15] = data;
  result[23] = source;
  result[31] = destination;
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  auto piece = size_t{data[0]} + 1;
  auto whole = passed(data + 1, size - 1, std::max<size_t>(size, 1));
  auto cut = passed(data + 1, size - 1, piece);
  require((whole == size - 1) == (cut == size - 1));
  check(data + 1, cut);
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  std::vector<uint8_t> talk{16};
  for (auto& x :
       {frame(1, 20, 0, 0, 0), frame(6, 0, 0, 0, 0), frame(2, 30, 7, 3, 11),
        frame(4, 12, 0, 0, 11), frame(5, 9, 0, 3, 0), frame(6, 0, 0, 0, 0)})
    talk.insert(talk.end(), x.begin(), x.end());
  auto alone = frame(0, 0, 3, 0, 0);
  alone.insert(alone.begin(), 0);
  return {talk, alone};
}
