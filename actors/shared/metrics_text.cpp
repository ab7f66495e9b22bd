#include "actors/shared/metrics_text.hpp"

#include <cstdio>

namespace camnode {

namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\\' || c == '"')
      result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result;
}

} // namespace

void metrics_text::family(std::string_view name, std::string_view type,
                          std::string_view help) {
  name_ = name;
  text_ += "# HELP " + name_ + " ";
  text_ += help;
  text_ += "\n# TYPE " + name_ + " ";
  text_ += type;
  text_ += '\n';
}

void metrics_text::begin_sample(labels of) {
  text_ += name_;
  const char* separator = "{";
  for (auto& [key, value] : of) {
    text_ += separator;
    text_ += key;
    text_ += "=\"" + escaped(value) + "\"";
    separator = ",";
  }
  if (of.size() > 0)
    text_ += '}';
  text_ += ' ';
}

void metrics_text::sample(uint64_t value, labels of) {
  begin_sample(of);
  text_ += std::to_string(value) + "\n";
}

void metrics_text::seconds(int64_t nanoseconds, labels of) {
  begin_sample(of);
  char buffer[40];
  std::snprintf(buffer, sizeof(buffer), "%.9f\n",
                static_cast<double>(nanoseconds) / 1e9);
  text_ += buffer;
}

} // namespace camnode
