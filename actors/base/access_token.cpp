#include "actors/base/access_token.hpp"

#include "actors/base/input_file.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <string_view>

namespace camnode {

namespace {

bool is_token(std::string_view x) {
  return x.size() >= 16 && x.size() <= 256
         && std::all_of(x.begin(), x.end(),
                        [](char c) { return c > ' ' && c < 0x7F; });
}

} // namespace

caf::expected<std::string> read_access_token(const std::string& file) {
  std::string text;
  auto why = read_text(input_file{file}, 4096, text);
  std::string token{trim(text.substr(0, text.find('\n')))};
  if (why.empty() && !is_token(token))
    why = "want a token of 16 to 256 visible ASCII characters as first line";
  if (!why.empty())
    return caf::make_error(ec::bad_configuration, file + ": " + why);
  return token;
}

} // namespace camnode
