#include "tools/camctl/trouble.hpp"

#include "tools/camctl/wording.hpp"

namespace camctl {

using namespace camnode;

std::string trouble_of(const actor_report& x) {
  if (!x.alive)
    return "not there, starts again in " + duration_text(x.due_ns)
           + (x.alarm.empty() ? "" : ", " + printable(x.alarm));
  auto result = printable(x.alarm);
  if (x.busy_ns >= stuck_ns)
    result += (result.empty() ? "busy with " : ", busy with ")
              + printable(x.busy_with) + " for " + duration_text(x.busy_ns);
  if (x.mailbox > 0 && x.oldest_ns >= stuck_ns)
    result += (result.empty() ? "" : ", ") + std::to_string(x.mailbox)
              + " messages wait, the oldest for " + duration_text(x.oldest_ns);
  return result;
}

} // namespace camctl
