#pragma once

#include "actors/base/peer_stream.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <memory>

namespace camnode {

using http_answer_parser
  = boost::beast::http::response_parser<boost::beast::http::string_body>;

/// Reads one whole HTTP answer, within the limits of `parser` and `buffer`.
/// @param buffer What has come already, and, at the end, what comes after the
///        answer. Like `parser`, it must outlive the call of `done`.
/// @param done Given Beast's error or the connection's.
void read_answer(const std::shared_ptr<peer_stream>& from,
                 boost::beast::flat_buffer& buffer, http_answer_parser& parser,
                 std::function<void(boost::system::error_code)> done);

} // namespace camnode
