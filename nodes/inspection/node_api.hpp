#pragma once

#include "actors/base/http_request.hpp"
#include "nodes/inspection/inspection.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// What somebody may do: each right has those before it.
enum class api_right { look, operate };

/// A question to a node, once it is understood.
struct api_question {
  const inspection& node;
  api_right right;  ///< Of the one who asks.
  std::string name; ///< What stands for `<name>` in the path.
  std::string_view body;
};

/// Something of a node that can be asked for (messages/wire/API.md).
struct api_resource {
  const char* method; ///< `GET` or `POST`.
  const char* path;   ///< With `<name>` for any text, or without.
  api_right right;    ///< What it takes.
  http_page (*answer)(const api_question&);
};

/// All of them.
const std::vector<api_resource>& api_resources();

/// How people come in.
struct api_way_in {
  api_right right = api_right::look;

  /// Whether anyone on this machine can come this way, web pages included, so
  /// that `Host` must name it.
  bool open = false;
};

/// `{"error": why}`.
http_page api_refusal(unsigned status, const std::string& why);

/// Answers a request to a node. Any thread; returns at once.
/// @param x From the network.
http_page answer_api(const inspection& node, const api_way_in& way,
                     const http_request& x);

} // namespace camnode
