#define CAF_SUITE node_api
#include "tests/camnode_test.hpp"

#include "messages/wire/json_text.hpp"
#include "messages/wire/node_report_json.hpp"
#include "nodes/inspection/node_api.hpp"
#include "nodes/recordings/recordings.hpp"
#include "tests/nodes/inspection/inspection_fixture.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <future>
#include <iterator>
#include <map>

using namespace camnode;
using namespace camnode_test;
using json = nlohmann::json;

namespace {

constexpr auto looking = http_right::look;
constexpr auto operating = http_right::operate;

struct fixture : inspection_fixture {
  /// The answer, however late it comes.
  http_page ask(const std::string& method, const std::string& target,
                const std::string& body = {}, http_right right = operating) {
    auto asked = look_into();
    auto page = answer_api(*asked, {method, target, host, origin, body, "", "",
                                    "", "", right});
    if (!page.later)
      return page;
    std::promise<http_page> answer;
    page.later([&](http_page x) { answer.set_value(std::move(x)); });
    return answer.get_future().get();
  }

  std::string error_of(const http_page& x) {
    CAF_CHECK_EQUAL(x.type, "application/json");
    return parse_json(x.body).at("error");
  }

  std::string host = "127.0.0.1:4711";
  std::string origin;
};

/// A path of a resource, with something for what is in angle brackets.
std::string path_of(const api_resource& x) {
  std::string result = x.path;
  for (auto& [key, text] :
       std::map<std::string, std::string>{{"<name>", "camera"},
                                          {"<ms>", "1"},
                                          {"<id>", "cam-a"},
                                          {"<n>", "0"},
                                          {"<path>", "sessions/1.json"}})
    if (auto i = result.find(key); i != std::string::npos)
      result.replace(i, key.size(), text);
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_api_tests, fixture)

CAF_TEST(a look answers with the report) {
  auto page = ask("GET", "/api/v1/node");
  CAF_CHECK_EQUAL(page.status, 200u);
  auto report = parse_node_report(page.body);
  CAF_REQUIRE(report);
  CAF_CHECK_EQUAL(report->id, "lab");
  CAF_CHECK(report->operates);
  auto looked = parse_node_report(ask("GET", "/api/v1/node", {}, looking).body);
  CAF_CHECK(looked && !looked->operates);
}

CAF_TEST(metrics and the truth light are those of the node) {
  CAF_CHECK_NOT_EQUAL(ask("GET", "/api/v1/metrics").body.find("mine 1\n"),
                      std::string::npos);
  truth = R"({"state":"idle"})";
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/status").body, truth + "\n");
  truth.clear();
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/status").status, 503u);
}

CAF_TEST(who may operate is told where the page is) {
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/console").status, 409u);
  page = "http://127.0.0.1:8080/?token=x";
  std::string told = parse_json(ask("GET", "/api/v1/console").body)["told"];
  CAF_CHECK_EQUAL(told, page);
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/console", {}, looking).status, 403u);
}

CAF_TEST(commands do what they say) {
  auto root = directory.open("root", 0);
  auto child = directory.open("viewer/cam-1", 1, "root");
  auto told = ask("POST", "/api/v1/actors/viewer/cam-1/kill");
  CAF_CHECK_EQUAL(told.status, 200u);
  CAF_CHECK(parse_json(told.body).contains("told"));
  CAF_CHECK_EQUAL(killed, (std::vector<std::string>{"viewer/cam-1"}));
  CAF_CHECK_EQUAL(ask("POST", "/api/v1/record", "start").status, 200u);
  CAF_CHECK_EQUAL(commands.size(), 1u);
  CAF_CHECK_EQUAL(ask("POST", "/api/v1/log-level", "info").status, 200u);
}

CAF_TEST(a command that cannot be understood is refused with the reason) {
  auto page = ask("POST", "/api/v1/record", "go");
  CAF_CHECK_EQUAL(page.status, 400u);
  CAF_CHECK_NOT_EQUAL(error_of(page).find("go"), std::string::npos);
  CAF_CHECK_EQUAL(ask("POST", "/api/v1/log-level", "loud").status, 400u);
  CAF_CHECK_EQUAL(ask("POST", "/api/v1/actors/nobody/kill").status, 409u);
  CAF_CHECK_EQUAL(ask("POST", "/api/v1/actors//kill").status, 404u);
  CAF_CHECK(killed.empty() && commands.empty());
}

CAF_TEST(a marker is set while something is recorded) {
  auto told = ask("POST", "/api/v1/mark", "door opened");
  CAF_CHECK_EQUAL(told.status, 200u);
  CAF_CHECK_EQUAL(marks, std::vector<std::string>{"door opened"});
  CAF_CHECK_EQUAL(ask("POST", "/api/v1/mark", "").status, 400u);
  idle = true;
  told = ask("POST", "/api/v1/mark", "door closed");
  CAF_CHECK_EQUAL(told.status, 409u);
  CAF_CHECK_EQUAL(error_of(told), "nothing is being recorded");
  CAF_CHECK_EQUAL(ask("POST", "/api/v1/mark", "x", looking).status, 403u);
}

CAF_TEST(who may look can change nothing) {
  auto root = directory.open("root", 0);
  auto child = directory.open("camera", 1, "root");
  for (auto& x : api_resources())
    for (std::string method : {"GET", "POST"}) {
      auto page = ask(method, path_of(x), "start", looking);
      auto looks = x.right == http_right::look;
      if (method != x.method)
        CAF_CHECK_EQUAL(page.status, 405u);
      else if (!looks)
        CAF_CHECK_EQUAL(page.status, 403u);
      else
        CAF_CHECK(page.status != 403 && page.status != 405);
      CAF_CHECK(!looks || std::string{x.method} == "GET");
    }
  CAF_CHECK(killed.empty());
  CAF_CHECK(commands.empty());
}

CAF_TEST(what there is not is told with what there is) {
  auto page = ask("GET", "/api/v1/nothing");
  CAF_CHECK_EQUAL(page.status, 404u);
  auto text = error_of(page);
  for (auto& x : api_resources())
    CAF_CHECK_NOT_EQUAL(text.find(x.path), std::string::npos);
  for (auto* target : {"/", "", "api", "/api/v1/node/", "/api/v1/../v1/node",
                       "/api/v1/%00", "/api/v1/node%2f"})
    CAF_CHECK(ask("GET", target).status == 404
              || ask("GET", target).status == 400);
}

CAF_TEST(the document names every resource) {
  std::ifstream file{CAMNODE_SOURCE_DIR "/messages/wire/API.md"};
  std::string text{std::istreambuf_iterator<char>(file), {}};
  for (auto& x : api_resources()) {
    auto right = x.right == http_right::look ? "look" : "operate";
    auto row = "| `" + std::string{x.method} + " " + x.path + "` | " + right
               + " |";
    CAF_CHECK_NOT_EQUAL(text.find(row), std::string::npos);
  }
}

CAF_TEST(the example in the document is a report) {
  std::ifstream file{CAMNODE_SOURCE_DIR "/messages/wire/API.md"};
  std::string text{std::istreambuf_iterator<char>(file), {}};
  auto begin = text.find("```json\n", text.find("## A node\n")) + 8;
  auto example = text.substr(begin, text.find("```", begin) - begin);
  auto report = parse_node_report(example);
  CAF_REQUIRE(report);
  CAF_CHECK_EQUAL(parse_json(render_node_report(*report)), parse_json(example));
}

CAF_TEST(who looks live is told the light there is and those that come) {
  truth = R"({"state":"idle"})";
  auto inspected = look_into();
  auto page = answer_api(
    *inspected,
    {"GET", "/api/v1/live", host, origin, {}, {}, {}, {}, {}, looking});
  CAF_REQUIRE(page.live);
  std::vector<std::string> told;
  auto listening = page.live([&](auto& x) { told.push_back(x); });
  CAF_CHECK(listening != nullptr);
  lights.tell(R"({"state":"recording"})");
  listening.reset();
  lights.tell("{}");
  CAF_CHECK_EQUAL(
    told, (std::vector<std::string>{R"({"status":{"state":"idle"}})",
                                    R"({"status":{"state":"recording"}})"}));
}

CAF_TEST(a page of somebody else is told nothing live) {
  for (auto* bad : {"http://evil.example", "null", "http://127.0.0.1",
                    "http://127.0.0.1:4712", "http://127.0.0.1:4711.evil"}) {
    origin = bad;
    CAF_CHECK_EQUAL(ask("GET", "/api/v1/live").status, 403u);
  }
  origin = "http://" + host;
  CAF_CHECK(ask("GET", "/api/v1/live").live != nullptr);
}

CAF_TEST(a server has nothing on disk) {
  for (auto* x :
       {"/api/v1/sessions", "/api/v1/sessions/1", "/api/v1/sessions/1/at?ns=1",
        "/api/v1/sessions/1/cameras/a/frames/0.jpg",
        "/api/v1/files/sessions/1.json"})
    CAF_CHECK_EQUAL(ask("GET", x).status, 404u);
}

CAF_TEST(what is on disk is asked for by numbers in their bounds) {
  disk = std::make_shared<recordings>(scratch.path(), open_files{});
  for (auto* x :
       {"/api/v1/sessions?before=x", "/api/v1/sessions?before=-1",
        "/api/v1/sessions?before=99999999999999999999",
        "/api/v1/sessions?limit=0", "/api/v1/sessions?limit=101",
        "/api/v1/sessions?limit=", "/api/v1/sessions/x", "/api/v1/sessions/-1",
        "/api/v1/sessions/99999999999999999999", "/api/v1/sessions/x/at?ns=1",
        "/api/v1/sessions/1/at", "/api/v1/sessions/1/at?ns=",
        "/api/v1/sessions/1/at?ns=-1", "/api/v1/sessions/1/at?ns=1.5",
        "/api/v1/sessions/1/at?ns=9223372036854775807",
        "/api/v1/sessions/1/cameras/a/frames/x.jpg",
        "/api/v1/sessions/1/cameras/a/frames/-1.jpg",
        "/api/v1/sessions/1/cameras/a/frames/18446744073709551616.jpg"})
    CAF_CHECK_EQUAL(ask("GET", x).status, 400u);
  for (auto* x : {"/api/v1/sessions/", "/api/v1/sessions//at?ns=1",
                  "/api/v1/sessions/1/2/at?ns=1",
                  "/api/v1/sessions/1/cameras//frames/0.jpg",
                  "/api/v1/sessions/1/cameras/a/b/frames/0.jpg",
                  "/api/v1/sessions/1/cameras/a/frames/.jpg",
                  "/api/v1/sessions/1/cameras/a/frames/0/1.jpg",
                  "/api/v1/sessions/1/cameras/a/frames/0.png", "/api/v1/files/",
                  "/api/v1/files"})
    CAF_CHECK(ask("GET", x).status == 404 || ask("GET", x).status == 400);
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/sessions?before=5&limit=100&t=1").status,
                  200u);
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/sessions/1/at?ns=1").status, 404u);
  CAF_CHECK_EQUAL(
    ask("GET", "/api/v1/sessions/1/cameras/a/frames/0.jpg").status, 404u);
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/files/../etc/passwd").status, 404u);
}

CAF_TEST_FIXTURE_SCOPE_END()
