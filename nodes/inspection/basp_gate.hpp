#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace camnode {

/// Looks at what a peer says in CAF's protocol (BASP) before CAF does, which
/// believes much of it: 0.17.6 ends the process where a message that needs a
/// payload announces none. What camctl says passes: a client's handshake, which
/// CAF may repeat, then direct messages, monitor and down messages, and
/// heartbeats, with the fields that each of them has. All else is refused. Does
/// no I/O.
class basp_gate {
public:
  static constexpr size_t header_bytes = 32;

  /// Takes the next bytes, however they are cut.
  /// @returns Whether they may be passed on; once false, always false.
  bool admits(const char* data, size_t n);

  /// How many direct messages came so far: heartbeats ask for nothing.
  uint64_t questions() const {
    return questions_;
  }

  /// What was wrong, in one line; empty: nothing so far.
  const std::string& why() const {
    return why_;
  }

private:
  /// What kinds of frames there are, as their first byte says.
  enum operation : uint8_t {
    client_handshake = 1,
    direct_message = 2,
    monitor_message = 4,
    down_message = 5,
    heartbeat = 6,
  };

  struct header {
    uint8_t operation;
    uint16_t padding;
    uint8_t flags;
    uint32_t payload_bytes;
    uint64_t data;
    uint64_t source;
    uint64_t destination;
  };

  header parse() const;

  /// @returns What is wrong with a header; null: nothing.
  const char* fault_of(const header& x) const;

  std::array<uint8_t, header_bytes> header_;
  size_t have_ = 0; ///< Of the header.
  uint64_t payload_left_ = 0;
  uint64_t questions_ = 0;
  bool greeted_ = false; ///< The handshake has come.
  std::string why_;
};

} // namespace camnode
