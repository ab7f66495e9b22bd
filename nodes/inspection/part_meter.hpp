#pragma once

#include "messages/node_report.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// What passes the parts of a node in a second, from samples of what has passed
/// them so far: frames and bytes of each step from the camera to the disk.
/// Times are `client_clock_ns`.
class part_meter {
public:
  /// Takes a sample; rates are those between it and the one before.
  void sample(const std::vector<part_report>& parts, int64_t now_ns);

  /// Adds `<name>_per_1000_s` to what counts, where there were two samples.
  void add_rates(part_report& x) const;

private:
  using counts = std::map<std::string, int64_t>; ///< By the figure's name.

  int64_t sampled_ns_ = 0;
  std::map<std::string, counts> last_; ///< By the part's name.
  std::map<std::string, counts> rates_;
};

} // namespace camnode
