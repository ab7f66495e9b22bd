#include "tools/camctl/arguments.hpp"

#include <algorithm>

namespace camctl {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& x) {
  return std::find(names.begin(), names.end(), x) != names.end();
}

} // namespace

std::string arguments::value(const std::string& name,
                             const std::string& otherwise) const {
  auto i = options.find(name);
  return i == options.end() ? otherwise : i->second.back();
}

arguments parse_arguments(const std::vector<std::string>& given,
                          const std::vector<std::string>& flags,
                          const std::vector<std::string>& valued) {
  arguments result;
  for (size_t i = 0; i < given.size(); ++i) {
    auto& word = given[i];
    if (word.compare(0, 2, "--") != 0) {
      result.words.push_back(word);
      continue;
    }
    auto equals = word.find('=');
    auto name = word.substr(2,
                            equals == std::string::npos ? equals : equals - 2);
    if (contains(flags, name) && equals == std::string::npos) {
      result.options[name].push_back("");
    } else if (contains(valued, name) && equals != std::string::npos) {
      result.options[name].push_back(word.substr(equals + 1));
    } else if (contains(valued, name) && i + 1 < given.size()) {
      result.options[name].push_back(given[++i]);
    } else {
      result.error = contains(flags, name)    ? word + ": takes no value"
                     : contains(valued, name) ? word + ": wants a value"
                                              : word + ": no such option here";
      return result;
    }
  }
  return result;
}

} // namespace camctl
