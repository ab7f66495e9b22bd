#include "actors/session/truth_light.hpp"

namespace camnode {

std::optional<std::string> truth_light::next(const session_view& x) {
  auto digest = truth_digest(x);
  if (digest == digest_ && x.now_ns - told_ns_ < interval_ns)
    return std::nullopt;
  told_ns_ = x.now_ns;
  digest_ = digest;
  auto truth = render_truth(x);
  if (truth == told_)
    return std::nullopt;
  told_ = truth;
  return truth;
}

} // namespace camnode
