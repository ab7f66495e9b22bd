#pragma once

#include "messages/node_report.hpp"
#include "tools/camctl/http_call.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <string>

namespace camctl {

/// One node, and what it answered.
struct answer {
  node_address at;
  camnode::node_report report;
};

/// Asks nodes, as messages/wire/API.md has it. Each call answers within the
/// timeout, and every error is one line: what is wrong at which address (see
/// `ask_http`), or, as `ec::unavailable`, what the node itself says. None of
/// them has control characters.
class node_link {
public:
  node_link(node_access access, std::chrono::milliseconds timeout);

  caf::expected<camnode::node_report> look(const node_address& at) const;

  /// Prometheus text, as the node has it.
  caf::expected<std::string> metrics(const node_address& at) const;

  /// Where people find the page of a client, and get in.
  caf::expected<std::string> page(const answer& node) const;

  // Commands, to a node that has answered before. Who may not operate it is
  // told without asking. Each answers what the node says has been done.

  caf::expected<std::string> kill(const answer& node,
                                  const std::string& actor) const;
  caf::expected<std::string> record(const answer& node,
                                    const std::string& payload) const;
  caf::expected<std::string> mark(const answer& node,
                                  const std::string& payload) const;
  caf::expected<std::string> set_level(const answer& node,
                                       const std::string& level) const;

private:
  caf::expected<http_answer> ask(const node_address& at,
                                 const http_question& question) const;

  /// Asks what takes the right to operate.
  caf::expected<std::string> tell(const answer& node,
                                  http_question question) const;

  const node_access access_;
  const std::chrono::milliseconds timeout_;
};

} // namespace camctl
