#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// The picture sizes that a camera can do, for people: each said once.
class size_list {
public:
  struct size {
    unsigned width;
    unsigned height;
  };

  /// @param must_be_even Whether camnode can take nothing else in this format.
  void add(size x, bool must_be_even) {
    if (!must_be_even || (x.width % 2 == 0 && x.height % 2 == 0))
      say(text_of(x));
  }

  /// @param step From one size to the next; above 0.
  void add_range(size least, size most, size step, bool must_be_even) {
    if (must_be_even)
      step = {even(step.width), even(step.height)};
    say(text_of(least) + " to " + text_of(most) + " in steps of "
        + text_of(step));
  }

  /// @returns Empty if there are none.
  std::string text() const {
    std::string result;
    for (auto& x : said_)
      result += (result.empty() ? "" : ", ") + x;
    return result;
  }

private:
  static unsigned even(unsigned x) {
    return x % 2 == 0 ? x : 2 * x;
  }

  static std::string text_of(size x) {
    return std::to_string(x.width) + "x" + std::to_string(x.height);
  }

  void say(std::string x) {
    if (std::find(said_.begin(), said_.end(), x) == said_.end())
      said_.push_back(std::move(x));
  }

  std::vector<std::string> said_;
};

} // namespace camnode
