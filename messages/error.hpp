#pragma once

#include <caf/error.hpp>
#include <caf/make_message.hpp>

#include <cstdint>
#include <string>

namespace camnode {

/// Why something failed. Comes with one string of context: what, where, and
/// the numbers that tell.
enum class ec : uint8_t {
  none,
  bad_message,        ///< Bytes or a value that no peer may send.
  bad_configuration,  ///< An option that cannot work.
  open_failed,        ///< A file, device or program cannot be opened.
  write_failed,       ///< The disk refused bytes.
  sync_failed,        ///< The disk refused to promise bytes.
  source_ended,       ///< A camera's program or file ended.
  source_stalled,     ///< A camera delivers nothing any more.
  connect_failed,     ///< A peer cannot be reached.
  connection_lost,    ///< A peer closed or reset.
  stream_stalled,     ///< A connected peer sends nothing any more.
  protocol_violation, ///< A peer speaks neither protocol.
  listen_failed,      ///< A port cannot be opened.
  unavailable,        ///< Not there yet, or not any more.
};

std::string to_string(ec x);

/// One line: the code's name in words, and its context.
std::string render_error(uint8_t code, caf::atom_value,
                         const caf::message& context);

/// One line for any error, CAF's own included. Needs no actor system.
std::string describe(const caf::error& x);

/// What `describe` says, without the name of a code of ours: for people who
/// asked for something, and know what it was about.
std::string reason_of(const caf::error& x);

} // namespace camnode

CAF_ERROR_CODE_ENUM(camnode::ec, "camnode")
