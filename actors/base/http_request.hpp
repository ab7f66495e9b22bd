#pragma once

#include <string>
#include <string_view>

namespace camnode {

/// A request of HTTP/1.1, whose texts are borrowed for the call.
struct http_request {
  std::string_view method; ///< `GET` or `POST`; `GET` for a HEAD, too.
  std::string_view target; ///< As it came; up to 8 KiB.
  std::string_view host;   ///< The header's value; empty without.
  std::string_view origin; ///< The header's value: a web page asks.
  std::string_view body;   ///< Of a POST; up to 64 KiB.
};

/// The answer to a request.
struct http_page {
  unsigned status = 200;
  std::string type; ///< For `Content-Type`.
  std::string body;
  std::string allow = {}; ///< For `Allow`, with status 405.
};

} // namespace camnode
