#pragma once

#include "actors/base/http_connection.hpp"
#include "nodes/inspection/inspection.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// A question to a node, once it is understood.
struct api_question {
  const inspection& node;
  http_right right; ///< Of the one who asks.
  std::string name; ///< What stands for `<name>` in the path.
  std::string_view body;
};

/// Something of a node that can be asked for (messages/wire/API.md).
struct api_resource {
  const char* method; ///< `GET` or `POST`.
  const char* path;   ///< With `<name>` for any text, or without.
  http_right right;   ///< What it takes.
  http_page (*answer)(const api_question&);
};

/// All of them.
const std::vector<api_resource>& api_resources();

/// `{"error": why}`.
http_page api_refusal(unsigned status, const std::string& why);

/// Answers a request to a node. Any thread; returns at once.
/// @param x From the network, with the right of the one who asks.
http_page answer_api(const inspection& node, const http_request& x);

/// What a way into `node` has to answer with.
http_entry api_entry(const inspection_ptr& node);

} // namespace camnode
