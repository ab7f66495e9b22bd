#pragma once

// What the .cpp files of a connection share: no header that others include has
// Beast or OpenSSL in it.

#include "actors/base/http_connection.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace camnode {

constexpr size_t max_request_bytes = 8192;

/// For a request to come whole, and for an answer, or a piece of it, to be
/// taken.
constexpr auto request_deadline = std::chrono::seconds{5};

/// Of an answer that is longer: of a file, what is in memory at a time.
constexpr uint64_t piece_bytes = 256 << 10;

struct http_connection::input {
  boost::beast::flat_buffer bytes{max_request_bytes};
  std::optional<
    boost::beast::http::request_parser<boost::beast::http::string_body>>
    parser;
};

struct http_connection::tls_layer {
  tls_layer(stream_socket& socket, const tls_context_ptr& tls)
    : context((SSL_CTX_up_ref(tls.get()), tls.get())), stream(socket, context) {
  }

  boost::asio::ssl::context context; ///< Shares what it is made of.
  boost::asio::ssl::stream<stream_socket&> stream;
};

} // namespace camnode
