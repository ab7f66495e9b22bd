#include "tools/camctl/outcome.hpp"

#include "messages/wire/json_text.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/wording.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <utility>

namespace camctl {

using json = nlohmann::json;

namespace {

void print_json(const answer& x, json facts) {
  facts["node"] = {{"address", x.at.text()},
                   {"role", x.report.role},
                   {"id", x.report.id}};
  std::cout << camnode::dump_json(facts) << "\n";
}

} // namespace

void tell(const node_query& query, const answer& x, const std::string& text,
          json facts) {
  if (query.json)
    print_json(x, std::move(facts));
  else
    std::cout << printable(text) << "\n";
}

int tell_failure(const node_query& query, const answer& x,
                 const std::string& text, json facts) {
  std::cerr << "camctl: " << printable(text) << "\n";
  if (query.json) {
    facts["error"] = text;
    print_json(x, std::move(facts));
  }
  return failed;
}

std::string text_of(const json& payload) {
  auto result = camnode::dump_json(payload);
  if (camnode::parse_json(result) != payload) // It replaces what is no text.
    refuse("there are bytes in it that are no UTF-8");
  return result;
}

} // namespace camctl
