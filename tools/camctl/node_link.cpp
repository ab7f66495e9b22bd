#include "tools/camctl/node_link.hpp"

#include "messages/wire/json_text.hpp"
#include "tools/camctl/text_table.hpp"
#include "tools/camctl/wording.hpp"

#include "messages/error.hpp"
#include "messages/wire/node_report_json.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camctl {

using camnode::ec;

namespace {

/// A sentence, and then some.
constexpr size_t max_told_bytes = 64 << 10;

/// As much of a sentence as people read.
constexpr size_t max_told_characters = 500;

caf::error stranger(const node_address& at) {
  return failure(at, "is no camnode, or of another version");
}

/// @returns The text of that name in an object; empty if there is none.
std::string told(const std::string& body, const char* name) {
  auto object = camnode::parse_json(body);
  if (!object.is_object() || !object.contains(name)
      || !object[name].is_string())
    return {};
  return cut(printable(object[name].get<std::string>()), max_told_characters);
}

/// An actor's name within a target. Nodes name them, and are not believed.
std::string encoded(const std::string& name) {
  constexpr auto digits = "0123456789ABCDEF";
  std::string result;
  for (auto c : name) {
    auto x = static_cast<unsigned char>(c);
    if ((x >= '0' && x <= '9') || (x >= 'A' && x <= 'Z')
        || (x >= 'a' && x <= 'z')
        || std::string{"-._~/"}.find(c) != std::string::npos)
      result += c;
    else
      result += {'%', digits[x >> 4], digits[x & 15]};
  }
  return result;
}

} // namespace

node_link::node_link(node_access access, std::chrono::milliseconds timeout)
  : access_(std::move(access)), timeout_(timeout) {
}

caf::expected<http_answer> node_link::ask(const node_address& at,
                                          const http_question& question) const {
  auto result = ask_http(at, question, access_, timeout_);
  if (!result || result->status == 200)
    return result;
  if (result->status == 401)
    return failure(at, access_.token.empty()
                         ? "wants its token: name the file with --token-file"
                         : "has another token than the one in --token-file");
  auto why = told(result->body, "error");
  return why.empty() ? stranger(at) : caf::make_error(ec::unavailable, why);
}

caf::expected<camnode::node_report>
node_link::look(const node_address& at) const {
  auto found = ask(at,
                   {false, "/api/v1/node", {}, camnode::max_node_report_bytes});
  if (!found)
    return found.error();
  auto result = camnode::parse_node_report(found->body);
  if (!result || result->role.empty())
    return stranger(at);
  return result;
}

caf::expected<std::string> node_link::metrics(const node_address& at) const {
  auto found
    = ask(at, {false, "/api/v1/metrics", {}, camnode::max_node_report_bytes});
  if (!found)
    return found.error();
  if (found->type.compare(0, 10, "text/plain") != 0)
    return stranger(at);
  return std::move(found->body);
}

caf::expected<std::string> node_link::tell(const answer& node,
                                           http_question question) const {
  if (!node.report.operates)
    return failure(node.at, "lets you look, not operate: name the file with "
                            "its token, with --token-file");
  question.target = "/api/v1/" + question.target;
  question.max_answer_bytes = max_told_bytes;
  auto found = ask(node.at, question);
  if (!found)
    return found.error();
  auto result = told(found->body, "told");
  if (result.empty())
    return stranger(node.at);
  return result;
}

caf::expected<std::string> node_link::page(const answer& node) const {
  return tell(node, {false, "console"});
}

caf::expected<std::string> node_link::kill(const answer& node,
                                           const std::string& actor) const {
  return tell(node, {true, "actors/" + encoded(actor) + "/kill"});
}

caf::expected<std::string> node_link::record(const answer& node,
                                             const std::string& payload) const {
  return tell(node, {true, "record", payload});
}

caf::expected<std::string> node_link::mark(const answer& node,
                                           const std::string& payload) const {
  return tell(node, {true, "mark", payload});
}

caf::expected<std::string>
node_link::set_level(const answer& node, const std::string& level) const {
  return tell(node, {true, "log-level", level});
}

} // namespace camctl
