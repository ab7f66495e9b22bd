#define CAF_SUITE node_link
#include "tests/camnode_test.hpp"

#include "tools/camctl/node_link.hpp"

#include "messages/wire/node_report_json.hpp"
#include "tests/scratch_directory.hpp"
#include "tests/tools/camctl/fake_node.hpp"

using namespace camctl;
using namespace camctl_test;
using namespace std::chrono_literals;
using camnode::ec;
using camnode::node_report;

namespace {

node_report some_report() {
  node_report result;
  result.role = "client";
  result.id = "lab";
  result.operates = true;
  result.actors.resize(2);
  result.actors[1].name = "session";
  return result;
}

std::string some_answer() {
  return fake_node::http("200 OK", "application/json",
                         camnode::render_node_report(some_report()));
}

struct fixture {
  /// For what comes in any case, however busy the machine.
  node_link link{{}, 60s};

  camnode_test::scratch_directory folder;

  static node_address at(const fake_node& x) {
    return {{}, "127.0.0.1", x.port(), false};
  }

  static node_address at(const std::string& path) {
    node_address result;
    result.socket = path;
    return result;
  }

  /// What comes of looking at a node that talks so; its address is `NODE`.
  std::string look_at(fake_node::talk talk) const {
    fake_node node{std::move(talk)};
    return look_at(at(node), link);
  }

  static std::string look_at(const node_address& at, const node_link& link) {
    auto found = link.look(at);
    if (found)
      return found->role + " " + found->id;
    auto result = camnode::reason_of(found.error());
    if (auto i = result.find(at.text()); i != std::string::npos)
      result.replace(i, at.text().size(), "NODE");
    return result;
  }
};

const std::string is_foreign = "node NODE is no camnode, or of another version";
const std::string is_cut = "node NODE has gone in the middle of its answer";
const std::string refuses
  = "node NODE ends the connection: is it a camnode of this version, and does "
    "it want TLS (--ca, https://)?";

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_link_tests, fixture)

CAF_TEST(a node is asked for its report) {
  fake_node node{fake_node::saying(some_answer())};
  auto found = link.look(at(node));
  CAF_REQUIRE(found);
  CAF_CHECK_EQUAL(found->id, "lab");
  CAF_CHECK(found->operates);
  CAF_CHECK_EQUAL(found->actors.at(1).name, "session");
  auto heard = node.heard();
  CAF_CHECK_EQUAL(heard.find("GET /api/v1/node HTTP/1.1\r\n"), 0u);
  CAF_CHECK(heard.find("\r\nHost: 127.0.0.1:") != std::string::npos);
}

CAF_TEST(a token is shown at a port and nowhere else) {
  node_access access;
  access.token = "sixteen-visible-characters";
  node_link known{access, 60s};
  auto shows = [&](const fake_node& node) {
    return node.heard().find("\r\nAuthorization: Bearer " + access.token
                             + "\r\n")
           != std::string::npos;
  };
  fake_node node{fake_node::saying(some_answer())};
  CAF_CHECK_EQUAL(look_at(at(node), known), "client lab");
  CAF_CHECK(shows(node));
  auto path = (folder.path() / "lab.sock").string();
  fake_node local{fake_node::saying(some_answer()), path};
  CAF_CHECK_EQUAL(look_at(at(path), known), "client lab");
  CAF_CHECK(!shows(local));
  auto refusal = fake_node::saying(fake_node::http("401 Unauthorized",
                                                   "application/json",
                                                   "{\"error\": \"no\"}"));
  CAF_CHECK_EQUAL(look_at(refusal),
                  "node NODE wants its token: name the file with --token-file");
  fake_node other{refusal};
  CAF_CHECK_EQUAL(look_at(at(other), known),
                  "node NODE has another token than the one in --token-file");
}

CAF_TEST(a node with TLS is not asked without an authority) {
  fake_node node{fake_node::saying(some_answer())};
  auto with_tls = at(node);
  with_tls.tls = true;
  CAF_CHECK_EQUAL(
    look_at(with_tls, link),
    "node NODE speaks TLS: name the certificate of its authority, "
    "with --ca");
  CAF_CHECK_EQUAL(node.heard(), "");
}

CAF_TEST(a node is asked at its socket) {
  auto path = (folder.path() / "lab.sock").string();
  fake_node node{fake_node::saying(some_answer()), path};
  CAF_CHECK_EQUAL(look_at(at(path), link), "client lab");
  CAF_CHECK(node.heard().find("\r\nHost: localhost\r\n") != std::string::npos);
}

CAF_TEST(an answer may come in chunks) {
  auto body = camnode::render_node_report(some_report());
  char size[16];
  std::snprintf(size, sizeof(size), "%zx", body.size());
  CAF_CHECK_EQUAL(look_at(fake_node::saying(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n"
                    + std::string{size} + "\r\n" + body + "\r\n0\r\n\r\n")),
                  "client lab");
}

CAF_TEST(what a node says is wrong is told as it says it) {
  CAF_CHECK_EQUAL(look_at(fake_node::saying(fake_node::http(
                    "503 Service Unavailable", "application/json",
                    "{\"error\": \"not\\u001b[2J yet\\n\"}"))),
                  "not?[2J yet?");
  auto longest = look_at(fake_node::saying(
    fake_node::http("503 Service Unavailable", "application/json",
                    "{\"error\": \"" + std::string(9999, 'x') + "\"}")));
  CAF_CHECK_LESS_OR_EQUAL(longest.size(), 510u);
}

CAF_TEST(nobody waits longer for silence than he wants to) {
  node_link quick{{}, 100ms};
  auto answer = some_answer();
  for (auto n : {size_t{0}, size_t{1}, size_t{20}, answer.size() - 1}) {
    fake_node node{fake_node::saying_and_waiting(answer.substr(0, n))};
    CAF_CHECK_EQUAL(look_at(at(node), quick),
                    "node NODE does not answer within 0.1 s");
    CAF_CHECK(quick.look(at(node)).error() == ec::stream_stalled);
  }
}

CAF_TEST(an answer that is cut anywhere is no answer) {
  auto answer = some_answer();
  CAF_CHECK_EQUAL(look_at(fake_node::saying("")), refuses);
  for (size_t n = 1; n < answer.size(); n += n < 100 ? 1 : 97)
    CAF_CHECK_EQUAL(look_at(fake_node::saying(answer.substr(0, n))), is_cut);
  // Of one without a length, nobody would know.
  auto body = camnode::render_node_report(some_report());
  CAF_CHECK_EQUAL(look_at(fake_node::saying("HTTP/1.1 200 OK\r\n\r\n" + body)),
                  is_foreign);
}

CAF_TEST(an answer that never ends is given up) {
  CAF_CHECK_EQUAL(look_at(fake_node::saying_for_ever(
                    "HTTP/1.1 200 OK\r\n",
                    "X-More: " + std::string(1000, 'x') + "\r\n")),
                  is_foreign);
  CAF_CHECK_EQUAL(look_at(fake_node::saying_for_ever(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "100000\r\n" + std::string(size_t{1} << 20, 'x') + "\r\n")),
                  is_foreign + ": its answer is too long");
}

CAF_TEST(an answer that is announced as too long is not read) {
  auto begin = "HTTP/1.1 200 OK\r\nContent-Length: "
               + std::to_string(camnode::max_node_report_bytes + 1)
               + "\r\n\r\n";
  CAF_CHECK_EQUAL(look_at(fake_node::saying_and_waiting(begin)),
                  is_foreign + ": its answer is too long");
}

CAF_TEST(whoever speaks another language is no camnode) {
  for (std::string text :
       {"SSH-2.0-OpenSSH_9.2\r\n", "\n\n\n", "\r\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n"})
    CAF_CHECK_EQUAL(look_at(fake_node::saying(text)), is_foreign);
  // Nor does anybody wait for the rest of it.
  node_link quick{{}, 100ms};
  fake_node ssh{fake_node::saying_and_waiting("SSH-2.0-OpenSSH_9.2\r\n")};
  CAF_CHECK_EQUAL(look_at(at(ssh), quick), is_foreign);
  // An alert of TLS.
  CAF_CHECK_EQUAL(look_at(
                    fake_node::saying("\x15\x03\x01" + std::string(9, 0))),
                  refuses);
}

CAF_TEST(whoever answers something else is no camnode) {
  auto json = [](const std::string& status, const std::string& body) {
    return fake_node::saying(fake_node::http(status, "application/json", body));
  };
  for (std::string body :
       {"", "{}", "[]", "null", "\"client\"", "{\"role\": 1}",
        "{\"role\": \"\"}", "<html></html>"})
    CAF_CHECK_EQUAL(look_at(json("200 OK", body)), is_foreign);
  for (std::string body : {"", "{}", "[]", "{\"error\": 7}", "not found"})
    CAF_CHECK_EQUAL(look_at(json("404 Not Found", body)), is_foreign);
  CAF_CHECK_EQUAL(look_at(fake_node::saying("HTTP/1.1 302 Found\r\nLocation: "
                                            "/\r\nContent-Length: 0\r\n\r\n")),
                  is_foreign);
}

CAF_TEST(a socket that nobody listens on is a node that has ended) {
  auto path = (folder.path() / "lab.sock").string();
  { fake_node node{fake_node::saying(""), path}; }
  CAF_CHECK_EQUAL(look_at(at(path), link), "node NODE is not there");
  CAF_CHECK(link.look(at(path)).error() == ec::connect_failed);
  auto none = (folder.path() / "none.sock").string();
  CAF_CHECK_EQUAL(look_at(at(none), link), "node NODE is not there");
  CAF_CHECK_EQUAL(look_at(at("/" + std::string(200, 'x')), link),
                  "node NODE is not there: the path of a socket is shorter");
}

CAF_TEST(a port that nobody listens at is no node) {
  node_address gone;
  {
    fake_node node{fake_node::saying("")};
    gone = at(node);
  }
  CAF_CHECK_EQUAL(look_at(gone, link), "node NODE is not there");
}

CAF_TEST(an address has no commands for a terminal) {
  CAF_CHECK_EQUAL(camnode::reason_of(link.look(at("/a\033[2J")).error()),
                  "node /a?[2J is not there");
}

CAF_TEST(metrics are passed on as they are) {
  fake_node node{fake_node::saying(
    fake_node::http("200 OK", "text/plain; version=0.0.4", "a 1\nb 2\n"))};
  auto found = link.metrics(at(node));
  CAF_REQUIRE(found);
  CAF_CHECK_EQUAL(*found, "a 1\nb 2\n");
  fake_node other{
    fake_node::saying(fake_node::http("200 OK", "text/html", "a"))};
  CAF_CHECK(!link.metrics(at(other)));
}

CAF_TEST(a command is told to who takes it) {
  fake_node node{
    fake_node::saying(fake_node::http("200 OK", "application/json",
                                      "{\"told\": \"told to start\"}"))};
  auto told = link.record({at(node), some_report()}, "{\"action\": \"start\"}");
  CAF_REQUIRE(told);
  CAF_CHECK_EQUAL(*told, "told to start");
  auto heard = node.heard();
  CAF_CHECK_EQUAL(heard.find("POST /api/v1/record HTTP/1.1\r\n"), 0u);
  CAF_CHECK_EQUAL(heard.substr(heard.find("\r\n\r\n")),
                  "\r\n\r\n{\"action\": \"start\"}");
  CAF_CHECK(link.set_level({at(node), some_report()}, "debug"));
  CAF_CHECK_EQUAL(node.heard().find("POST /api/v1/log-level "), 0u);
}

CAF_TEST(a name is no more than a part of a target) {
  fake_node node{fake_node::saying(
    fake_node::http("200 OK", "application/json", "{\"told\": \"killing\"}"))};
  CAF_CHECK(link.kill({at(node), some_report()}, "viewer/cam-1.b_~"));
  CAF_CHECK_EQUAL(node.heard().find(
                    "POST /api/v1/actors/viewer/cam-1.b_~/kill HTTP"),
                  0u);
  CAF_CHECK(link.kill({at(node), some_report()}, "a b\r\n?\xff%"));
  CAF_CHECK_EQUAL(node.heard().find(
                    "POST /api/v1/actors/a%20b%0D%0A%3F%FF%25/kill HTTP"),
                  0u);
}

CAF_TEST(who may not operate is told without asking) {
  fake_node node{fake_node::saying(some_answer())};
  auto report = some_report();
  report.operates = false;
  auto told = link.kill({at(node), report}, "session");
  CAF_REQUIRE(!told);
  CAF_CHECK_EQUAL(camnode::reason_of(told.error()),
                  "node " + at(node).text()
                    + " lets you look, not operate: name the file with its "
                      "token, with --token-file");
  CAF_CHECK_EQUAL(node.heard(), "");
}

CAF_TEST(a command that nobody confirms has failed) {
  fake_node node{fake_node::saying(some_answer())};
  CAF_CHECK(!link.kill({at(node), some_report()}, "session"));
}

CAF_TEST_FIXTURE_SCOPE_END()
