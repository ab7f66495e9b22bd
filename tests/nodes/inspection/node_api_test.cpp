#define CAF_SUITE node_api
#include "tests/camnode_test.hpp"

#include "messages/wire/node_report_json.hpp"
#include "nodes/inspection/node_api.hpp"
#include "tests/nodes/inspection/inspection_fixture.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

using namespace camnode;
using namespace camnode_test;
using json = nlohmann::json;

namespace {

constexpr auto looking = http_right::look;
constexpr auto operating = http_right::operate;

struct fixture : inspection_fixture {
  http_page ask(const std::string& method, const std::string& target,
                const std::string& body = {}, http_right right = operating) {
    return answer_api(*look_into(),
                      {method, target, "", "", body, "", "", right});
  }

  std::string error_of(const http_page& x) {
    CAF_CHECK_EQUAL(x.type, "application/json");
    return json::parse(x.body).at("error");
  }
};

/// A path of a resource, with a name in it.
std::string path_of(const api_resource& x) {
  std::string result = x.path;
  auto i = result.find("<name>");
  return i == std::string::npos ? result : result.replace(i, 6, "camera");
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
  std::string told = json::parse(ask("GET", "/api/v1/console").body)["told"];
  CAF_CHECK_EQUAL(told, page);
  CAF_CHECK_EQUAL(ask("GET", "/api/v1/console", {}, looking).status, 403u);
}

CAF_TEST(commands do what they say) {
  auto root = directory.open("root", 0);
  auto child = directory.open("viewer/cam-1", 1, "root");
  auto told = ask("POST", "/api/v1/actors/viewer/cam-1/kill");
  CAF_CHECK_EQUAL(told.status, 200u);
  CAF_CHECK(json::parse(told.body).contains("told"));
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

CAF_TEST(who may look can change nothing) {
  auto root = directory.open("root", 0);
  auto child = directory.open("camera", 1, "root");
  for (auto& x : api_resources())
    for (std::string method : {"GET", "POST"}) {
      auto page = ask(method, path_of(x), "start", looking);
      auto looks = x.right == http_right::look;
      if (method != x.method)
        CAF_CHECK_EQUAL(page.status, 405u);
      else
        CAF_CHECK_EQUAL(page.status, looks ? 200u : 403u);
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
  auto begin = text.find("```json\n") + 8;
  auto example = text.substr(begin, text.find("```", begin) - begin);
  auto report = parse_node_report(example);
  CAF_REQUIRE(report);
  CAF_CHECK_EQUAL(json::parse(render_node_report(*report)),
                  json::parse(example));
}

CAF_TEST_FIXTURE_SCOPE_END()
