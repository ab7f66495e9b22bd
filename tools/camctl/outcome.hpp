#pragma once

#include "tools/camctl/node_query.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace camctl {

// What a command that changes something has come to: one line of text for
// people, or, with `--json`, one JSON object that names the node.

/// Tells on stdout what was done.
/// @param facts What programs are told of it.
void tell(const node_query& query, const answer& x, const std::string& text,
          nlohmann::json facts);

/// Tells on stderr what was not done; programs get the text as `error` on
/// stdout, beside the facts.
/// @returns `failed`.
int tell_failure(const node_query& query, const answer& x,
                 const std::string& text, nlohmann::json facts);

/// What a command says to a node. Ends the program with `wrong_usage` where
/// somebody gave bytes that are no text: JSON cannot say these.
std::string text_of(const nlohmann::json& payload);

} // namespace camctl
