#define CAF_SUITE http_pages
#include "tests/camnode_test.hpp"

#include "actors/base/http_pages.hpp"
#include "actors/base/job_pool.hpp"
#include "messages/error.hpp"
#include "tests/raw_peer.hpp"
#include "tests/scratch_directory.hpp"

#include <fcntl.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>

using namespace camnode;
using namespace camnode_test;

namespace {

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string last_get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

struct fixture {
  explicit fixture(size_t max_connections = 8) {
    http_pages_options options;
    options.max_connections = max_connections;
    options.pages["/"] = [this] {
      ++asked;
      return http_page{200, "text/html", "<p>hello"};
    };
    options.pages["/sick"] = [] {
      return http_page{503, "text/plain", "not well\n"};
    };
    pages = std::make_unique<http_pages>(io, options);
    if (auto err = pages->start())
      CAF_FAIL(describe(err));
  }

  std::string answer_to(const std::string& request) {
    raw_peer x{pages->port()};
    x.say(request);
    return x.hear();
  }

  io_thread io;
  std::atomic<int> asked{0};
  std::unique_ptr<http_pages> pages;
};

bool begins(const std::string& x, const std::string& start) {
  return x.compare(0, start.size(), start) == 0;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(http_pages_tests, fixture)

CAF_TEST(a page is answered with its type and length) {
  auto answer = answer_to(last_get("/?t=1"));
  CAF_CHECK(begins(answer, "HTTP/1.1 200 OK\r\n"));
  CAF_CHECK_NOT_EQUAL(answer.find("\r\nContent-Type: text/html\r\n"),
                      std::string::npos);
  CAF_CHECK_NOT_EQUAL(answer.find("\r\nContent-Length: 8\r\n"),
                      std::string::npos);
  CAF_CHECK_EQUAL(answer.substr(answer.size() - 8), "<p>hello");
  CAF_CHECK(begins(answer_to(last_get("/sick")), "HTTP/1.1 503 "));
}

CAF_TEST(one connection asks for several pages) {
  raw_peer x{pages->port()};
  x.say(get("/") + last_get("/"));
  auto answers = x.hear();
  auto first = answers.find("<p>hello");
  CAF_CHECK_NOT_EQUAL(answers.find("<p>hello", first + 1), std::string::npos);
  CAF_CHECK_EQUAL(asked, 2);
}

CAF_TEST(an unknown path is told the known ones) {
  auto answer = answer_to(get("/../etc/passwd"));
  CAF_CHECK(begins(answer, "HTTP/1.1 404 "));
  CAF_CHECK_NOT_EQUAL(answer.find("there are /, /sick\n"), std::string::npos);
}

CAF_TEST(what is no request is refused and nothing is asked) {
  CAF_CHECK(begins(answer_to("hello\r\n\r\n"), "HTTP/1.1 400 "));
  CAF_CHECK(begins(answer_to("POST / HTTP/1.1\r\n\r\n"), "HTTP/1.1 405 "));
  CAF_CHECK(
    begins(answer_to(get("/" + std::string(2000, 'x'))), "HTTP/1.1 400 "));
  auto big = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n";
  auto answer = answer_to(big);
  CAF_CHECK(begins(answer, "HTTP/1.1 4"));
  CAF_CHECK_EQUAL(asked, 0);
}

CAF_TEST(a taken port is an error that names it) {
  http_pages_options options;
  options.port = pages->port();
  http_pages second{io, options};
  auto err = second.start();
  CAF_CHECK(err == ec::listen_failed);
  CAF_CHECK_NOT_EQUAL(describe(err).find(std::to_string(options.port)),
                      std::string::npos);
}

CAF_TEST(the end closes every connection) {
  raw_peer silent{pages->port()};
  raw_peer served{pages->port()};
  served.say(get("/"));
  served.hear_until("<p>hello");
  pages.reset();
  CAF_CHECK_EQUAL(served.hear(), "");
  CAF_CHECK_EQUAL(silent.hear(), "");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(with one more than the bound the one that waits for longest ends) {
  fixture two{2};
  raw_peer first{two.pages->port()};
  first.say(get("/"));
  first.hear_until("<p>hello");
  raw_peer second{two.pages->port()};
  second.say(get("/"));
  second.hear_until("<p>hello");
  raw_peer third{two.pages->port()};
  third.say(last_get("/"));
  CAF_CHECK(begins(third.hear(), "HTTP/1.1 200 "));
  CAF_CHECK_EQUAL(first.hear(), "");
  second.say(last_get("/"));
  CAF_CHECK(begins(second.hear(), "HTTP/1.1 200 "));
}

namespace {

/// A port that answers what a disk gives: `/api/later` with what `reply` is
/// told, `/api/file` with a file of more than one piece from its second byte.
struct disk_fixture {
  disk_fixture() {
    for (size_t i = 0; i < 1'000'000; ++i)
      content += static_cast<char>('a' + i % 26);
    dir.put("file", content);
    http_pages_options options;
    options.pages["/"] = [] { return http_page{200, "text/plain", "well"}; };
    options.entry.api = [this](const http_request& x) { return answer(x); };
    pages = std::make_unique<http_pages>(io, options);
    if (auto err = pages->start())
      CAF_FAIL(describe(err));
  }

  http_page answer(const http_request& x) {
    http_page result;
    if (x.target == "/api/later") {
      result.later = [this](http_reply y) { reply.set_value(y); };
      return result;
    }
    unique_fd fd{open((dir.path() / "file").c_str(), O_RDONLY | O_CLOEXEC)};
    result.type = "text/plain";
    result.fields = {{"X-Own", "mine"}};
    result.file = std::make_shared<http_file>(
      http_file{std::move(fd), 1, content.size() - 1, pool.further()});
    return result;
  }

  std::string content;
  camnode_test::scratch_directory dir;
  io_thread io;
  job_pool pool{1, 1};
  std::promise<http_reply> reply;
  std::unique_ptr<http_pages> pages;
};

} // namespace

CAF_TEST(an answer that comes later holds no other connection up) {
  disk_fixture x;
  raw_peer first{x.pages->port()};
  first.say(get("/api/later") + last_get("/"));
  auto reply = x.reply.get_future().get();
  raw_peer second{x.pages->port()};
  second.say(last_get("/"));
  CAF_CHECK(begins(second.hear(), "HTTP/1.1 200 "));
  reply({404, "text/plain", "late"});
  auto answers = first.hear();
  CAF_CHECK(begins(answers, "HTTP/1.1 404 "));
  CAF_CHECK_EQUAL(answers.substr(answers.size() - 4), "well");
  reply({200, "text/plain", "again"}); // Nobody waits for that.
}

CAF_TEST(an answer that comes after the end is for nobody) {
  disk_fixture x;
  raw_peer first{x.pages->port()};
  first.say(get("/api/later"));
  auto reply = x.reply.get_future().get();
  x.pages.reset();
  CAF_CHECK_EQUAL(first.hear(), "");
  reply({200, "text/plain", "late"});
}

CAF_TEST(a file is sent whole and piece by piece) {
  disk_fixture x;
  raw_peer first{x.pages->port()};
  first.say(get("/api/file") + last_get("/"));
  auto answers = first.hear();
  CAF_CHECK(begins(answers, "HTTP/1.1 200 "));
  CAF_CHECK_NOT_EQUAL(answers.find("\r\nContent-Length: 999999\r\n"),
                      std::string::npos);
  CAF_CHECK_NOT_EQUAL(answers.find("\r\nX-Own: mine\r\n"), std::string::npos);
  auto body = answers.find("\r\n\r\n") + 4;
  CAF_CHECK(answers.substr(body, 999'999) == x.content.substr(1));
  CAF_CHECK(begins(answers.substr(body + 999'999), "HTTP/1.1 200 "));
}

CAF_TEST(of a file a HEAD has the head alone) {
  disk_fixture x;
  raw_peer first{x.pages->port()};
  first.say("HEAD /api/file HTTP/1.1\r\nHost: x\r\n\r\n" + last_get("/"));
  auto answers = first.hear();
  CAF_CHECK_NOT_EQUAL(answers.find("\r\nContent-Length: 999999\r\n"),
                      std::string::npos);
  auto body = answers.find("\r\n\r\n") + 4;
  CAF_CHECK(begins(answers.substr(body), "HTTP/1.1 200 "));
}

CAF_TEST(a file that ends before it should ends its connection) {
  disk_fixture x;
  x.dir.put("file", x.content.substr(0, 500'000));
  raw_peer first{x.pages->port()};
  first.say(get("/api/file") + get("/"));
  auto answer = first.hear();
  CAF_CHECK(answer.size() < 500'000);
  CAF_CHECK_EQUAL(answer.find("well"), std::string::npos);
}
