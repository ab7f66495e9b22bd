#pragma once

#include "actors/base/histogram.hpp"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camnode {

/// Collects figures as Prometheus text (exposition format 0.0.4). Families
/// are written in the order in which they are first opened.
class metrics_text {
public:
  /// Name and value. One without a name is left out.
  using label = std::pair<std::string_view, std::string_view>;
  using labels = std::initializer_list<label>;

  /// Opens a family, or goes on with it. @param type `counter`, `gauge` or
  /// `histogram`.
  void family(std::string_view name, std::string_view type,
              std::string_view help);

  /// Adds one sample to the family opened last.
  void sample(uint64_t value, labels of = {});

  /// Adds a sample of `nanoseconds / 1e9`.
  void seconds(int64_t nanoseconds, labels of = {});

  /// Adds a distribution to the family opened last, a histogram: its fine
  /// buckets merged into those that end at powers of two, 0.13 ms to 17 s.
  void durations(const histogram::figures& x, labels of = {});

  std::string text() const;

private:
  /// @param suffix Of the family's name.
  /// @param end Value of a last label `le`; none if empty.
  void begin_sample(labels of, std::string_view suffix = {},
                    std::string_view end = {});

  std::string& last() {
    return families_[last_];
  }

  std::string name_; ///< Of the family opened last.
  size_t last_ = 0;
  std::vector<std::string> families_;                 ///< Each whole.
  std::map<std::string, size_t, std::less<>> places_; ///< In there, by name.
};

} // namespace camnode
