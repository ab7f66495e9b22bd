#include "tools/camctl/arguments.hpp"

#include "messages/name_hint.hpp"

#include <algorithm>

namespace camctl {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& x) {
  return std::find(names.begin(), names.end(), x) != names.end();
}

std::string unknown(const std::string& word,
                    const std::vector<std::string>& flags,
                    const std::vector<std::string>& valued) {
  std::vector<std::string> known;
  for (auto* names : {&flags, &valued})
    for (auto& x : *names)
      known.push_back("--" + x);
  auto name = word.substr(0, word.find('='));
  return name + ": no such option here; "
         + camnode::name_hint(name, known,
                              "want " + camnode::any_of_text(known));
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
    if (word == "-h" && contains(flags, "help")) {
      result.options["help"].push_back("");
      continue;
    }
    if (word.size() < 2 || word[0] != '-') { // Lone, it is a file.
      result.words.push_back(word);
      continue;
    }
    if (word[1] != '-') {
      result.error = unknown(word, flags, valued);
      return result;
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
                                              : unknown(word, flags, valued);
      return result;
    }
  }
  return result;
}

} // namespace camctl
