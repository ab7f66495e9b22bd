#include "actors/viewer/server_door.hpp"

#include <utility>

namespace camnode {

namespace {

using boost::system::error_code;

bool wants_tls(const server_door& x) {
  return x.keys && x.keys->wants_tls();
}

void shake_hands(const std::shared_ptr<peer_stream>& stream,
                 const server_door& x, door_opened done) {
  auto authority = x.keys->authority();
  if (authority == nullptr)
    return done("viewer.ca-file cannot be read", true);
  stream->start_tls(*authority, x.expect_id, false,
                    [done = std::move(done)](error_code err,
                                             const std::string& why) {
                      if (!why.empty())
                        done("the server " + why, true);
                      else
                        done(err ? "no TLS: " + err.message() : "", false);
                    });
}

} // namespace

std::string why_shut(const server_door& x) {
  if (x.announces_tls && !wants_tls(x))
    return "the server speaks TLS: name the certificate of its authority in "
           "viewer.ca-file";
  if (wants_tls(x) && !x.announces_tls)
    return "the server announces no TLS, which viewer.ca-file wants of all "
           "camnode servers: give it a stream.cert-file";
  return {};
}

std::string why_refused(const server_door& x) {
  return x.keys ? x.keys->why_refused()
                : "the server wants a token: see viewer.token-file, which "
                  "servers that announce themselves are shown";
}

std::string request_to(const server_door& x, const std::string& target,
                       const std::string& fields) {
  auto is_v6 = x.ip.find(':') != std::string::npos;
  return "GET " + target + " HTTP/1.1\r\nHost: "
         + (is_v6 ? "[" + x.ip + "]" : x.ip) + ":" + std::to_string(x.port)
         + "\r\n" + (x.keys ? x.keys->authorization() : "") + fields + "\r\n";
}

void open(const std::shared_ptr<peer_stream>& stream,
          const boost::asio::ip::tcp::endpoint& at, const server_door& x,
          door_opened done) {
  stream->socket().async_connect(at, [stream, x,
                                      done = std::move(done)](error_code err) {
    if (err)
      return done("cannot connect: " + err.message(), false);
    error_code ignored;
    stream->socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    if (!wants_tls(x))
      return done({}, false);
    shake_hands(stream, x, done);
  });
}

} // namespace camnode
