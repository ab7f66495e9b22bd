#pragma once

#include "messages/error.hpp"
#include "tools/camctl/node_address.hpp"

#include "actors/base/tls_authority.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace camctl {

/// What somebody has to get in at nodes over TCP.
struct node_access {
  camnode::tls_authority authority; ///< Without a context, there is none.
  std::string token;                ///< Empty: none.
};

struct http_question {
  bool is_command = false; ///< `POST` instead of `GET`.
  std::string target;
  std::string body = {};
  size_t max_answer_bytes = 0; ///< Of the body; more is an error.
};

struct http_answer {
  unsigned status = 0;
  std::string type; ///< The media type, with its parameters.
  std::string body;
};

/// Asks one question, over a connection of its own.
/// @param timeout For all of it: the look-up of the host's name, connecting,
///        TLS, question and answer.
/// @returns The whole answer, whatever its status; or one line that says what
///          is wrong at which address, from `camctl::failure`:
///          `ec::connect_failed` where nobody is, `ec::open_failed` where one
///          is not let in, `ec::stream_stalled` where the time was too short,
///          `ec::unavailable` for all else.
caf::expected<http_answer> ask_http(const node_address& at,
                                    const http_question& question,
                                    const node_access& access,
                                    std::chrono::milliseconds timeout);

/// `node ADDRESS WHY`, without control characters.
caf::error failure(const node_address& at, const std::string& why,
                   camnode::ec code = camnode::ec::unavailable);

} // namespace camctl
