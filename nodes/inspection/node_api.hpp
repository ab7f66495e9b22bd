#pragma once

#include "actors/base/http_connection.hpp"
#include "actors/base/job_pool.hpp"
#include "nodes/inspection/inspection.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// A question to a node, once it is understood.
struct api_question {
  const inspection& node;

  /// What stands in the path for `<name>` and the like, in their order.
  std::vector<std::string> names;
  std::map<std::string, std::string> query; ///< What follows the `?`.
  const http_request& request;
};

/// Something of a node that can be asked for (messages/wire/API.md).
struct api_resource {
  const char* method; ///< `GET` or `POST`.

  /// What is in angle brackets stands for any text: for one level of the path,
  /// or, as `<name>` and `<path>`, for any number of them.
  const char* path;
  http_right right; ///< What it takes.
  http_page (*answer)(const api_question&);
};

/// All of them.
const std::vector<api_resource>& api_resources();

/// `{"error": why}`.
http_page api_refusal(unsigned status, const std::string& why);

/// An answer that `find` finds on a thread of `pool`; 503 where too many wait
/// for that. The pool is there until the answer is asked for.
http_page answer_later(job_pool& pool, std::function<http_page()> find);

/// Answers a request to a node. Any thread; returns at once.
/// @param x From the network, with the right of the one who asks.
http_page answer_api(const inspection& node, const http_request& x);

/// What a way into `node` has to answer with.
http_entry api_entry(const inspection_ptr& node);

} // namespace camnode
