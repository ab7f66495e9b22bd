#include "nodes/inspection/basp_gate.hpp"

#include "nodes/inspection/bounded_broker.hpp"

#include <algorithm>
#include <cstring>

namespace camnode {

namespace {

/// An unsigned number in network order.
template <class T>
T number_at(const uint8_t* x) {
  T result = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    result = static_cast<T>(static_cast<uint64_t>(result) << 8 | x[i]);
  return result;
}

} // namespace

bool basp_gate::admits(const char* data, size_t n) {
  if (!why_.empty())
    return false;
  while (n > 0) {
    if (payload_left_ > 0) {
      auto passed = std::min<uint64_t>(n, payload_left_);
      payload_left_ -= passed;
      data += passed;
      n -= passed;
      continue;
    }
    auto taken = std::min(n, header_bytes - have_);
    std::memcpy(header_.data() + have_, data, taken);
    have_ += taken;
    data += taken;
    n -= taken;
    if (have_ < header_bytes)
      return true;
    auto x = parse();
    if (auto* fault = fault_of(x)) {
      why_ = "a frame of type " + std::to_string(x.operation) + " with "
             + std::to_string(x.payload_bytes) + " bytes: " + fault;
      return false;
    }
    greeted_ = true;
    questions_ += x.operation == direct_message;
    have_ = 0;
    payload_left_ = x.payload_bytes;
  }
  return true;
}

basp_gate::header basp_gate::parse() const {
  auto* x = header_.data();
  return {x[0],
          number_at<uint16_t>(x + 1),
          x[3],
          number_at<uint32_t>(x + 4),
          number_at<uint64_t>(x + 8),
          number_at<uint64_t>(x + 16),
          number_at<uint64_t>(x + 24)};
}

const char* basp_gate::fault_of(const header& x) const {
  if (!greeted_ && x.operation != client_handshake)
    return "expected a client's handshake first";
  if (x.padding != 0)
    return "expected zeros in bytes 1 and 2";
  if (x.payload_bytes > max_question_bytes)
    return "expected at most 65536 bytes";
  if ((x.payload_bytes == 0) != (x.operation == heartbeat))
    return "expected bytes, but for a heartbeat";
  auto fits = false;
  switch (x.operation) {
    case client_handshake:
    case heartbeat:
      fits = x.data == 0 && x.source == 0 && x.destination == 0;
      break;
    case direct_message:
      fits = x.destination != 0;
      break;
    case monitor_message:
      fits = x.data == 0 && x.source == 0 && x.destination != 0;
      break;
    case down_message:
      fits = x.data == 0 && x.source != 0 && x.destination == 0;
      break;
    default:
      return "expected type 1, 2, 4, 5 or 6";
  }
  return fits ? nullptr : "its fields are not what this type has";
}

} // namespace camnode
