#include "tools/camctl/reason.hpp"

#include "messages/error.hpp"

#include <caf/message.hpp>

namespace camctl {

std::string reason_of(const caf::error& x) {
  auto& context = x.context();
  if (x.category() == caf::atom("camnode") && context.size() > 0
      && context.match_element<std::string>(0)
      && !context.get_as<std::string>(0).empty())
    return context.get_as<std::string>(0);
  return camnode::describe(x);
}

} // namespace camctl
