#include "nodes/inspection/node_api.hpp"

#include "messages/error.hpp"
#include "messages/wire/http_target.hpp"
#include "messages/wire/json_text.hpp"
#include "messages/wire/node_report_json.hpp"
#include "nodes/inspection/recordings_api.hpp"

#include <algorithm>
#include <exception>
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

/// What takes its time: a report on 256 readers, 2 ms on a workstation.
http_page rendered(const api_question& x,
                   std::function<http_page(const inspection&)> render) {
  auto& node = x.node;
  return answer_later(node.pool(), [&node, render = std::move(render)] {
    return render(node);
  });
}

http_page node(const api_question& x) {
  auto operates = x.request.right == http_right::operate;
  return rendered(x, [operates](auto& node) -> http_page {
    return {200, json_type, render_node_report(node.look(operates)) + "\n"};
  });
}

http_page metrics(const api_question& x) {
  return rendered(x, [](auto& node) -> http_page {
    return {200, "text/plain; version=0.0.4", node.metrics()};
  });
}

http_page status(const api_question& x) {
  if (!x.node.records())
    return api_refusal(404, has_no_recordings);
  auto truth = x.node.truth();
  return truth.empty() ? api_refusal(503, "the node is starting")
                       : http_page{200, json_type, truth + "\n"};
}

http_page console(const api_question& x) {
  return told(x.node.page());
}

http_page cameras(const api_question& x) {
  if (!x.node.records())
    return api_refusal(404, has_no_recordings);
  return rendered(x, [](auto& node) -> http_page {
    return {200, json_type, node.cameras() + "\n"};
  });
}

http_page live(const api_question& x) {
  if (!x.node.records())
    return api_refusal(404, has_no_recordings);
  // A browser asks for a WebSocket on behalf of any page.
  auto& request = x.request;
  auto host = "://" + std::string{request.host};
  if (!request.origin.empty() && request.origin != "http" + host
      && request.origin != "https" + host)
    return api_refusal(403, "a page of somebody else is told nothing");
  http_page result;
  result.live = [&node = x.node](auto tell) {
    return node.listen(
      [tell](const std::string& truth) { tell("{\"status\":" + truth + "}"); });
  };
  return result;
}

http_page kill(const api_question& x) {
  return told(x.node.kill(x.names[0]));
}

http_page record(const api_question& x) {
  return told(x.node.record(std::string{x.request.body}));
}

http_page mark(const api_question& x) {
  return told(x.node.mark(std::string{x.request.body}));
}

http_page log_level(const api_question& x) {
  return told(x.node.set_level(std::string{x.request.body}));
}

/// What stands in `path` for what is in angle brackets in `pattern`; nothing if
/// it is not one of its paths.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              std::string_view path) {
  std::vector<std::string> result;
  while (true) {
    auto begin = pattern.find('<');
    if (begin == pattern.npos)
      return path == pattern ? std::optional{result} : std::nullopt;
    auto end = pattern.find('>', begin);
    auto key = pattern.substr(begin + 1, end - begin - 1);
    if (path.substr(0, begin) != pattern.substr(0, begin))
      return std::nullopt;
    path.remove_prefix(begin);
    pattern.remove_prefix(end + 1);
    // What is last goes up to what the pattern ends with.
    auto is_last = pattern.find('<') == pattern.npos;
    auto size = is_last ? path.size() - std::min(path.size(), pattern.size())
                        : std::min(path.find('/'), path.size());
    auto text = path.substr(0, size);
    auto is_deep = key == "name" || key == "path";
    if (text.empty() || (!is_deep && text.find('/') != text.npos))
      return std::nullopt;
    result.emplace_back(text);
    path.remove_prefix(size);
  }
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

http_page answer_later(job_pool& pool, std::function<http_page()> find) {
  http_page result;
  result.later = [&pool, find = std::move(find)](const http_reply& reply) {
    auto job = [find, reply] {
      try {
        reply(find());
      } catch (const std::exception& e) { // No memory, say.
        reply(api_refusal(500, e.what()));
      }
    };
    if (!pool.run(job))
      reply(api_refusal(503, "too many ask at once: try again in a moment"));
  };
  return result;
}

const std::vector<api_resource>& api_resources() {
  static const std::vector<api_resource> result{
    {"GET", "/api/v1/node", http_right::look, node},
    {"GET", "/api/v1/metrics", http_right::look, metrics},
    {"GET", "/api/v1/status", http_right::look, status},
    {"GET", "/api/v1/console", http_right::operate, console},
    {"GET", "/api/v1/live", http_right::look, live},
    {"GET", "/api/v1/cameras", http_right::look, cameras},
    {"GET", "/api/v1/sessions", http_right::look, all_sessions},
    {"GET", "/api/v1/sessions/<ms>", http_right::look, one_session},
    {"GET", "/api/v1/sessions/<ms>/at", http_right::look, frames_at},
    {"GET", "/api/v1/sessions/<ms>/cameras/<id>/frames/<n>.jpg",
     http_right::look, recorded_frame},
    {"GET", "/api/v1/files/<path>", http_right::look, recorded_file},
    {"POST", "/api/v1/actors/<name>/kill", http_right::operate, kill},
    {"POST", "/api/v1/record", http_right::operate, record},
    {"POST", "/api/v1/mark", http_right::operate, mark},
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
    auto names = match(resource.path, target->path);
    if (!names)
      continue;
    if (x.method != resource.method) {
      auto result = api_refusal(405, std::string{"want a "} + resource.method);
      result.allow = resource.method;
      return result;
    }
    if (resource.right > x.right)
      return api_refusal(403, "you may look here, not operate");
    return resource.answer(
      {node, std::move(*names), std::move(target->query), x});
  }
  return api_refusal(404, "there are " + all_paths());
}

http_entry api_entry(const inspection_ptr& node) {
  http_entry result;
  result.api = [node](const http_request& x) { return answer_api(*node, x); };
  return result;
}

} // namespace camnode
