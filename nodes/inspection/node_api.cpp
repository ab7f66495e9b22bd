#include "nodes/inspection/node_api.hpp"

#include "messages/error.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/json_text.hpp"
#include "messages/wire/node_report_json.hpp"

#include <optional>
#include <utility>

namespace camnode {

namespace {

constexpr const char* json_type = "application/json";

/// What became of a command.
http_page told(const caf::expected<std::string>& x) {
  if (x)
    return {200, json_type, json_line("told", *x)};
  return api_refusal(x.error() == ec::bad_message ? 400 : 409,
                     reason_of(x.error()));
}

http_page node(const api_question& x) {
  return {200, json_type,
          render_node_report(x.node.look(x.right == http_right::operate))
            + "\n"};
}

http_page metrics(const api_question& x) {
  return {200, "text/plain; version=0.0.4", x.node.metrics()};
}

http_page status(const api_question& x) {
  if (!x.node.records())
    return api_refusal(404, "a server records nothing: ask a client");
  auto truth = x.node.truth();
  return truth.empty() ? api_refusal(503, "the node is starting")
                       : http_page{200, json_type, truth + "\n"};
}

http_page console(const api_question& x) {
  return told(x.node.page());
}

http_page kill(const api_question& x) {
  return told(x.node.kill(x.name));
}

http_page record(const api_question& x) {
  return told(x.node.record(std::string{x.body}));
}

http_page log_level(const api_question& x) {
  return told(x.node.set_level(std::string{x.body}));
}

/// What stands for `<name>` in `pattern`, if `path` is one of its paths; an
/// empty text if that has no name.
std::optional<std::string> match(std::string_view pattern,
                                 std::string_view path) {
  constexpr std::string_view name = "<name>";
  auto i = pattern.find(name);
  if (i == std::string_view::npos)
    return path == pattern ? std::optional{std::string{}} : std::nullopt;
  auto front = pattern.substr(0, i);
  auto back = pattern.substr(i + name.size());
  if (path.size() <= front.size() + back.size()
      || path.substr(0, front.size()) != front
      || path.substr(path.size() - back.size()) != back)
    return std::nullopt;
  return std::string{path.substr(i, path.size() - front.size() - back.size())};
}

std::string all_paths() {
  std::string result;
  for (auto& x : api_resources())
    result += (result.empty() ? "" : ", ") + std::string{x.path};
  return result;
}

} // namespace

http_page api_refusal(unsigned status, const std::string& why) {
  return {status, json_type, json_line("error", why)};
}

const std::vector<api_resource>& api_resources() {
  static const std::vector<api_resource> result{
    {"GET", "/api/v1/node", http_right::look, node},
    {"GET", "/api/v1/metrics", http_right::look, metrics},
    {"GET", "/api/v1/status", http_right::look, status},
    {"GET", "/api/v1/console", http_right::operate, console},
    {"POST", "/api/v1/actors/<name>/kill", http_right::operate, kill},
    {"POST", "/api/v1/record", http_right::operate, record},
    {"POST", "/api/v1/log-level", http_right::operate, log_level},
  };
  return result;
}

http_page answer_api(const inspection& node, const http_request& x) {
  std::string why;
  auto target = parse_http_target(x.target, why);
  if (!target)
    return api_refusal(400, why);
  for (auto& resource : api_resources()) {
    auto name = match(resource.path, target->path);
    if (!name)
      continue;
    if (x.method != resource.method) {
      auto result = api_refusal(405, std::string{"want a "} + resource.method);
      result.allow = resource.method;
      return result;
    }
    if (resource.right > x.right)
      return api_refusal(403, "you may look here, not operate");
    return resource.answer({node, x.right, std::move(*name), x.body});
  }
  return api_refusal(404, "there are " + all_paths());
}

http_entry api_entry(const inspection_ptr& node) {
  http_entry result;
  result.api = [node](const http_request& x) { return answer_api(*node, x); };
  return result;
}

} // namespace camnode
