#include "messages/wire/http_range.hpp"

#include "messages/text.hpp"
#include "messages/wire/multipart.hpp"

#include <algorithm>

namespace camnode {

http_range parse_http_range(std::string_view header, uint64_t size) {
  using kind = http_range::kind;
  constexpr std::string_view unit = "bytes=";
  const http_range whole{kind::whole, 0, size};
  if (!equal_ignoring_case(header.substr(0, unit.size()), unit))
    return whole;
  auto text = trim(header.substr(unit.size()));
  auto dash = text.find('-');
  if (dash == text.npos)
    return whole;
  auto first = parse_decimal<uint64_t>(text.substr(0, dash));
  auto last = parse_decimal<uint64_t>(text.substr(dash + 1));
  if (dash == 0) { // The last ones.
    if (!last)
      return whole;
    auto n = std::min(*last, size);
    return n == 0 ? http_range{kind::none, 0, 0}
                  : http_range{kind::part, size - n, n};
  }
  auto to_the_end = dash + 1 == text.size();
  if (!first || (!last && !to_the_end) || (last && *last < *first))
    return whole;
  if (*first >= size)
    return {kind::none, 0, 0};
  auto most = size - *first;
  return {kind::part, *first,
          to_the_end || *last - *first >= most ? most : *last - *first + 1};
}

} // namespace camnode
