#include "tools/bench/arguments.hpp"

#include <stdexcept>
#include <utility>

namespace camnode::bench {

arguments::arguments(int argc, const char* const* argv) {
  for (int i = 0; i < argc; ++i) {
    std::string word = argv[i];
    if (word.compare(0, 2, "--") != 0) {
      words_.push_back(std::move(word));
      continue;
    }
    if (++i == argc)
      throw std::runtime_error(word + " wants a value");
    named_[word.substr(2)] = argv[i];
  }
}

const std::string& arguments::word(size_t index, const char* what) const {
  if (index >= words_.size())
    throw std::runtime_error(std::string{"missing: "} + what);
  return words_[index];
}

std::string arguments::text(const std::string& name,
                            std::string fallback) const {
  auto i = named_.find(name);
  return i == named_.end() ? std::move(fallback) : i->second;
}

double arguments::number(const std::string& name, double fallback) const {
  auto i = named_.find(name);
  if (i == named_.end())
    return fallback;
  size_t used = 0;
  auto result = std::stod(i->second, &used);
  if (used != i->second.size())
    throw std::runtime_error("--" + name + " wants a number");
  return result;
}

} // namespace camnode::bench
