#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace camnode {

/// What has been counted of an actor, or of another part of a node, so far.
struct counted {
  std::map<std::string, int64_t> counts; ///< By name.

  /// When all counts were 0. Where that is not known (0), the first sample
  /// tells no rates, and a count that falls has begun anew.
  int64_t born_ns = 0;
};

/// How fast counts grow, from samples of them. All times are `client_clock_ns`.
class growth_meter {
public:
  using rates = std::map<std::string, int64_t>; ///< By the count's name.

  /// Takes a sample; rates are those between it and the one before, or the
  /// birth of what was born since.
  /// @param all By the names of those whom the counts belong to.
  void sample(std::map<std::string, counted> all, int64_t now_ns);

  /// @returns By how much the counts of `name` grow in 1000 s; empty where that
  ///          is not known.
  rates of(const std::string& name) const;

private:
  int64_t sampled_ns_ = 0;
  std::map<std::string, counted> last_;
  std::map<std::string, rates> rates_;
};

} // namespace camnode
