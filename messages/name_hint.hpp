#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// Which of `names` somebody may have meant who said `name`, which is none of
/// them: those that it is the beginning of (`recorder` of `recorder/pi-3`), or
/// else the nearest ones, where no more than a third of its letters and one are
/// wrong. Two neighbours that changed places are one letter.
/// @returns At most three; none if nothing is near.
std::vector<std::string> likely_names(std::string_view name,
                                      const std::vector<std::string>& names);

/// `a`, `a or b`, `a, b or c`.
std::string any_of_text(const std::vector<std::string>& names);

/// What to say of `name` after what is wrong with it: `did you mean a?`, or,
/// where nothing is near, `otherwise`.
std::string name_hint(std::string_view name,
                      const std::vector<std::string>& names,
                      std::string otherwise);

} // namespace camnode
