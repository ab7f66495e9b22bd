// What the peer of a WebSocket sends: whatever it is, he is told what there is,
// or is gone.

#include "actors/base/web_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace camnode;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

void require(bool x) {
  if (!x)
    std::abort();
}

beast::http::request<beast::http::string_body> upgrade() {
  beast::http::request<beast::http::string_body> result{beast::http::verb::get,
                                                        "/api/v1/live", 11};
  result.set(beast::http::field::host, "x");
  result.set(beast::http::field::upgrade, "websocket");
  result.set(beast::http::field::connection, "Upgrade");
  result.set(beast::http::field::sec_websocket_version, "13");
  result.set(beast::http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  return result;
}

std::vector<uint8_t> seed(const std::string& text) {
  return {text.begin(), text.end()};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  asio::io_context io;
  beast::test::stream peer{io};
  beast::test::stream stream{
    io, beast::string_view{reinterpret_cast<const char*>(data), size}};
  stream.connect(peer);
  auto ended = false;
  web_socket_owner owner{nullptr, [] {}, [] {}, [&] { ended = true; }};
  auto x = std::make_shared<web_socket<beast::test::stream>>(std::move(stream),
                                                             owner);
  x->accept(upgrade());
  x->tell("news");
  io.poll();
  auto heard = std::string{peer.str()};
  require(ended || heard.find("news") != heard.npos);
  peer.close();
  io.restart();
  io.poll();
  require(ended);
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  const std::string mask(4, '\0');
  return {{},
          seed("\x89\x82" + mask + "hi"),
          seed("\x8a\x80" + mask),
          seed("\x81\x85" + mask + "hello"),
          seed("\x88\x82" + mask + "\x03\xe8")};
}
