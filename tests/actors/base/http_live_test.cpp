#define CAF_SUITE http_live
#include "tests/camnode_test.hpp"

#include "actors/base/http_pages.hpp"
#include "actors/base/live_feed.hpp"
#include "messages/error.hpp"
#include "tests/raw_peer.hpp"

#include <memory>
#include <vector>

using namespace camnode;
using namespace camnode_test;

namespace {

/// A port with a WebSocket at `/api/live`.
struct fixture {
  fixture() {
    http_pages_options options;
    options.pages["/"] = [] { return http_page{200, "text/plain", "well"}; };
    options.entry.api = [this](const http_request&) {
      http_page result;
      result.live = [this](auto tell) {
        for (auto* x : {"old", "older", "first"})
          tell(x);
        return feed.listen(tell);
      };
      return result;
    };
    pages = std::make_unique<http_pages>(io, options);
    if (auto err = pages->start())
      CAF_FAIL(describe(err));
  }

  live_feed feed;
  io_thread io;
  std::unique_ptr<http_pages> pages;
};

constexpr const char* request
  = "GET /api/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: "
    "Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
    "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Somebody who looks live.
struct looker : raw_peer {
  explicit looker(const fixture& x) : raw_peer(x.pages->port()) {
    say(request);
    head = hear_until("\r\n\r\n");
  }

  /// The next message, which is short.
  std::string message() {
    auto start = hear_bytes(2);
    if (start.size() < 2)
      return "the end";
    return start.substr(0, 1) + hear_bytes(static_cast<uint8_t>(start[1]));
  }

  /// Says a frame; its mask is zero.
  void frame(uint8_t opcode, const std::string& content) {
    std::string result{static_cast<char>(0x80 | opcode)};
    if (content.size() < 126) {
      result += static_cast<char>(0x80 | content.size());
    } else {
      result += static_cast<char>(0x80 | 126);
      result += static_cast<char>(content.size() >> 8);
      result += static_cast<char>(content.size() & 0xff);
    }
    say(result + std::string(4, '\0') + content);
  }

  std::string head;
};

constexpr const char* text = "\x81"; ///< The first byte of a text.
constexpr const char* pong = "\x8a";

} // namespace

CAF_TEST_FIXTURE_SCOPE(http_live_tests, fixture)

CAF_TEST(who looks live is told the newest and what comes) {
  looker x{*this};
  CAF_CHECK_EQUAL(x.head.substr(0, 13), "HTTP/1.1 101 ");
  CAF_CHECK_NOT_EQUAL(x.head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
                      std::string::npos);
  CAF_CHECK_EQUAL(x.message(), std::string{text} + "first");
  feed.tell("news");
  CAF_CHECK_EQUAL(x.message(), std::string{text} + "news");
}

CAF_TEST(a ping is answered) {
  looker x{*this};
  x.message();
  x.frame(9, "are you there");
  CAF_CHECK_EQUAL(x.message(), std::string{pong} + "are you there");
}

CAF_TEST(whoever says something is cut off) {
  for (auto& content :
       {std::string{}, std::string{"hello"}, std::string(2000, 'x')}) {
    looker x{*this};
    x.message();
    x.frame(1, content);
    CAF_CHECK_EQUAL(x.hear().find("news"), std::string::npos);
  }
  looker x{*this};
  x.message();
  x.say("what is this, no frame at all");
  x.hear();
}

CAF_TEST(a close is answered) {
  looker x{*this};
  x.message();
  x.frame(8, "");
  CAF_CHECK_EQUAL(x.message(), "\x88\x03\xe8"); // 1000: all is well.
  CAF_CHECK_EQUAL(x.hear(), "");
}

CAF_TEST(there are so many at a time and one more when one has gone) {
  std::vector<std::unique_ptr<looker>> all;
  for (size_t i = 0; i < live_feed::max_listeners; ++i) {
    all.push_back(std::make_unique<looker>(*this));
    CAF_CHECK_EQUAL(all.back()->head.substr(0, 13), "HTTP/1.1 101 ");
  }
  {
    looker x{*this};
    CAF_CHECK_EQUAL(x.head.substr(0, 13), "HTTP/1.1 503 ");
  }
  all.pop_back();
  // Its end is noticed soon.
  while (looker{*this}.head.substr(0, 13) != "HTTP/1.1 101 ")
    ;
}

CAF_TEST(other requests and early bytes are refused) {
  raw_peer x{pages->port()};
  x.say("GET /api/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CAF_CHECK_EQUAL(x.hear().substr(0, 13), "HTTP/1.1 426 ");
  raw_peer y{pages->port()};
  y.say(std::string{request} + "early");
  CAF_CHECK_EQUAL(y.hear().substr(0, 13), "HTTP/1.1 400 ");
}

CAF_TEST(the end of the port ends them) {
  looker x{*this};
  x.message();
  pages.reset();
  CAF_CHECK_EQUAL(x.hear(), "");
  feed.tell("nobody hears that");
}

CAF_TEST_FIXTURE_SCOPE_END()
