#include "nodes/inspection/node_api.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/node_report_json.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace camnode {

namespace {

constexpr const char* json_type = "application/json";

http_page object(unsigned status, const char* key, const std::string& text) {
  return {status, json_type,
          nlohmann::json{{key, text}}.dump(
            -1, ' ', false, nlohmann::json::error_handler_t::replace)
            + "\n"};
}

/// What became of a command.
http_page told(const caf::expected<std::string>& x) {
  if (x)
    return object(200, "told", *x);
  return api_refusal(x.error() == ec::bad_message ? 400 : 409,
                     reason_of(x.error()));
}

http_page node(const api_question& x) {
  return {200, json_type,
          render_node_report(x.node.look(x.right == api_right::operate))
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

/// The name or address in a `Host` header, without its port.
std::string_view name_in(std::string_view host) {
  if (!host.empty() && host[0] == '[') {
    auto end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

/// Whether a web page of somebody else cannot have sent this: its own name
/// would be in `Host`, whatever address that name leads to.
bool names_this_machine(std::string_view host) {
  auto name = name_in(host);
  return name == "localhost" || canonical_ip(name).has_value();
}

std::string all_paths() {
  std::string result;
  for (auto& x : api_resources())
    result += (result.empty() ? "" : ", ") + std::string{x.path};
  return result;
}

} // namespace

http_page api_refusal(unsigned status, const std::string& why) {
  return object(status, "error", why);
}

const std::vector<api_resource>& api_resources() {
  static const std::vector<api_resource> result{
    {"GET", "/api/v1/node", api_right::look, node},
    {"GET", "/api/v1/metrics", api_right::look, metrics},
    {"GET", "/api/v1/status", api_right::look, status},
    {"POST", "/api/v1/actors/<name>/kill", api_right::operate, kill},
    {"POST", "/api/v1/record", api_right::operate, record},
    {"POST", "/api/v1/log-level", api_right::operate, log_level},
  };
  return result;
}

http_page answer_api(const inspection& node, const api_way_in& way,
                     const http_request& x) {
  if (way.open && !names_this_machine(x.host))
    return api_refusal(421, "Host: want an IP address or localhost");
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
    if (resource.right > way.right)
      return api_refusal(403, "this way in lets you look, not operate");
    if (resource.right == api_right::operate && !x.origin.empty())
      return api_refusal(403, "a web page may not operate a node");
    return resource.answer({node, way.right, std::move(*name), x.body});
  }
  return api_refusal(404, "there are " + all_paths());
}

} // namespace camnode
