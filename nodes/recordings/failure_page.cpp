#include "nodes/recordings/failure_page.hpp"

#include "messages/error.hpp"
#include "nodes/inspection/node_api.hpp"

#include <cerrno>
#include <system_error>

namespace camnode {

http_page failure_page(const caf::error& x) {
  return api_refusal(x == ec::unavailable ? 404 : 500, reason_of(x));
}

http_page failure_page(const std::string& name, int errnum) {
  switch (errnum) {
    case ENOENT:
      return api_refusal(404, "there is no " + name);
    case ELOOP:
    case ENOTDIR:
      return api_refusal(404, name + ": a link is not followed");
    default:
      return api_refusal(500,
                         name + ": " + std::generic_category().message(errnum));
  }
}

} // namespace camnode
