#include "actors/base/http_answer.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

/// Has `parser` take what there is.
/// @returns `need_more` where that is not the whole answer.
error_code parse(boost::beast::flat_buffer& buffer,
                 http_answer_parser& parser) {
  error_code err = http::error::need_more;
  while (buffer.size() > 0 && !parser.is_done()) {
    auto n = parser.put(buffer.data(), err);
    buffer.consume(n);
    if (err || n == 0)
      break;
  }
  return parser.is_done() ? error_code{}
         : err            ? err
                          : make_error_code(http::error::need_more);
}

} // namespace

void read_answer(const std::shared_ptr<peer_stream>& from,
                 boost::beast::flat_buffer& buffer, http_answer_parser& parser,
                 std::function<void(error_code)> done) {
  constexpr size_t piece = 4096;
  parser.eager(true);
  auto err = parse(buffer, parser);
  auto room = std::min(piece, buffer.max_size() - buffer.size());
  if (err == http::error::need_more && room == 0)
    err = http::error::buffer_overflow;
  if (err != http::error::need_more)
    return done(err);
  from->async_read_some(buffer.prepare(room),
                        [from, &buffer, &parser,
                         done = std::move(done)](error_code err, size_t n) {
                          buffer.commit(n);
                          if (!err)
                            return read_answer(from, buffer, parser, done);
                          // An answer without a length ends with the
                          // connection.
                          if (err == boost::asio::error::eof
                              && parser.got_some())
                            parser.put_eof(err = {});
                          done(err);
                        });
}

} // namespace camnode
