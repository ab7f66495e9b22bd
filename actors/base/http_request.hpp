#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// What somebody may do at a node: each right has those before it.
enum class http_right { look, operate };

/// A request of HTTP/1.1, whose texts are borrowed for the call.
struct http_request {
  std::string_view method; ///< `GET` or `POST`; `GET` for a HEAD, too.
  std::string_view target; ///< As it came; up to 8 KiB.
  std::string_view host;   ///< The header's value; empty without.
  std::string_view origin; ///< The header's value: a web page asks.
  std::string_view body;   ///< Of a POST; up to 64 KiB.

  std::string_view authorization = {}; ///< The header's value.
  std::string_view cookie = {};        ///< The header's value.

  /// Of the one who asks, once it is known.
  http_right right = http_right::look;
};

/// A line of a head.
struct http_field {
  std::string name;
  std::string value;
};

/// The answer to a request.
struct http_page {
  unsigned status = 200;
  std::string type; ///< For `Content-Type`.
  std::string body;
  std::string allow = {};              ///< For `Allow`, with status 405.
  std::vector<http_field> fields = {}; ///< Further ones.
};

} // namespace camnode
