#pragma once

#include "actors/observed/actor_probe.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// What actors do in a second, from samples of what they have done so far. A
/// new life of an actor starts from nothing. All times are `client_clock_ns`.
class activity_meter {
public:
  struct rates {
    uint64_t per_1000_s = 0;                 ///< Messages handled in 1000 s.
    uint32_t load_ppm = 0;                   ///< Of the time, in handlers.
    std::map<std::string, uint64_t> by_type; ///< `per_1000_s` of each type.
  };

  /// Takes a sample; rates are those between it and the one before.
  void sample(const std::vector<actor_figures>& actors, int64_t now_ns);

  /// @returns Nothing but zeros before an actor's first sample.
  rates of(const std::string& actor) const;

private:
  struct counts {
    uint32_t life = 0;
    int64_t time_ns = 0;
    uint64_t handled = 0;
    int64_t work_ns = 0; ///< In handlers, the present one included.
    std::map<std::string, uint64_t> by_type;
  };

  static counts counts_of(const actor_figures& x, int64_t now_ns);
  static rates between(const counts& before, const counts& after);

  std::map<std::string, counts> last_;
  std::map<std::string, rates> rates_;
};

} // namespace camnode
