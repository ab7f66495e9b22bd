#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace camnode {

/// Reads JSON; discarded (`is_discarded`) if `text` is none. Here, as each file
/// that calls the library's parser compiles it anew, for seconds.
nlohmann::json parse_json(std::string_view text);

/// `x` in one line, without exact texts. What is not UTF-8 is replaced.
std::string dump_json(const nlohmann::json& x);

/// The same, with its keys in their order.
std::string dump_json(const nlohmann::ordered_json& x);

/// Gives each whole number that JavaScript, jq and all that reads numbers as
/// doubles would round, beyond 2^53, its digits beside it as text: `x_text`
/// beside `x`.
void add_exact_texts(nlohmann::ordered_json& x);

/// `x` as text, exact for every reader (`add_exact_texts`). JSON wants UTF-8;
/// what is not, as topics and errors may be, is replaced.
/// @param indent -1: one line.
std::string json_text(nlohmann::ordered_json x, int indent);

/// `{"key": "text"}`, in one line.
std::string json_line(const char* key, std::string_view text);

} // namespace camnode
