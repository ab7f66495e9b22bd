#pragma once

#include "messages/descriptor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
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
  std::string_view range = {};         ///< The header's value.
  std::string_view if_range = {};      ///< The header's value.

  /// Of the one who asks, once it is known.
  http_right right = http_right::look;
};

/// A line of a head.
struct http_field {
  std::string name;
  std::string value;
};

/// Bytes of a file, which are read while they are sent.
struct http_file {
  unique_fd fd;
  uint64_t offset = 0;
  uint64_t size = 0; ///< How many they are.

  /// Calls `read` where a disk may hold it up, or never.
  std::function<void(std::function<void()> read)> on_disk;
};

struct http_page;

/// Takes an answer that was not known at once. Called once at most, on any
/// thread, however long that takes.
using http_reply = std::function<void(http_page)>;

/// Begins to tell texts, on any thread, for as long as the result lives; null
/// if too many are told already.
using live_source = std::function<std::shared_ptr<void>(
  std::function<void(const std::string&)> tell)>;

/// The answer to a request.
struct http_page {
  unsigned status = 200;
  std::string type; ///< For `Content-Type`.
  std::string body;
  std::string allow = {};                     ///< For `Allow`, with status 405.
  std::vector<http_field> fields = {};        ///< Further ones.
  std::shared_ptr<const http_file> file = {}; ///< Instead of `body`.

  /// Instead of all that: finds the answer, and gives it to `reply`.
  std::function<void(http_reply reply)> later = {};

  /// Instead of all that: goes on as a WebSocket on which this is told.
  live_source live = {};
};

} // namespace camnode
