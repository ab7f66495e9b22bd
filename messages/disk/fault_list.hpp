#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// Things that are wrong, in words: the first ones, and how many there are.
class fault_list {
public:
  static constexpr size_t max_texts = 8;

  void add(std::string text) {
    if (texts_.size() < max_texts)
      texts_.push_back(std::move(text));
    ++count_;
  }

  /// One line each; the last one tells of those left out.
  std::vector<std::string> texts() const {
    auto result = texts_;
    if (count_ > texts_.size())
      result.push_back("and " + std::to_string(count_ - texts_.size())
                       + " more faults");
    return result;
  }

private:
  std::vector<std::string> texts_;
  uint64_t count_ = 0;
};

} // namespace camnode
