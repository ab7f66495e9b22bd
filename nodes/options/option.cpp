#include "nodes/options/option.hpp"

#include "actors/base/topic_filters.hpp"
#include "actors/camera/white_balance.hpp"
#include "actors/discovery/cidr_list.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"
#include "nodes/options/places.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <system_error>

namespace camnode {

namespace {

/// Reads all of `text` as a number, in the C locale's spelling.
template <class T>
bool read_number(const std::string& text, T& out) {
  auto last = text.data() + text.size();
  auto [end, err] = std::from_chars(text.data(), last, out);
  return err == std::errc{} && end == last;
}

/// The shortest text that reads as `x` again.
std::string print_number(double x) {
  char out[32];
  auto end = std::to_chars(std::begin(out), std::end(out), x).ptr;
  return {out, end};
}

std::string range(const std::string& min, const std::string& max) {
  return min + " to " + max;
}

std::string range(double min, double max) {
  return range(print_number(min), print_number(max));
}

/// Help's text for an option with a range.
std::string with_range(const std::string& purpose, const std::string& range) {
  return purpose + " " + range + ".";
}

template <class T>
option whole_number(std::string name, std::string value_name, T& field, T min,
                    T max, const std::string& purpose) {
  auto allowed = range(std::to_string(min), std::to_string(max));
  auto set = [=, &field](const std::string& text) -> std::string {
    T x = 0;
    if (!read_number(text, x) || x < min || x > max)
      return "a whole number from " + allowed;
    field = x;
    return {};
  };
  return {std::move(name), std::move(value_name), with_range(purpose, allowed),
          set, [&field] { return std::to_string(field); }};
}

/// Others compare addresses as texts.
std::string usual_ip(std::string_view x) {
  return canonical_ip(x).value_or("");
}

} // namespace

const text_rule any_text = {[](std::string_view) { return true; }, "any text"};

const text_rule path_rule = {is_path, "a path", nullptr, path_meant};

const text_rule node_id_or_nothing
  = {[](std::string_view x) { return x.empty() || is_node_id(x); },
     "1 to 64 of A-Z a-z 0-9 . _ - (not . or .. alone)"};

const text_rule host_rule = {is_host, "a host name or an IP address alone",
                             nullptr, host_meant};

const text_rule ip_rule = {[](std::string_view x) {
                             return canonical_ip(x).has_value();
                           },
                           "an IPv4 or IPv6 address such as 0.0.0.0", usual_ip,
                           host_meant};

const text_rule ip_or_nothing = {[](std::string_view x) {
                                   return x.empty() || canonical_ip(x);
                                 },
                                 "an IPv4 or IPv6 address, or nothing",
                                 usual_ip, host_meant};

const text_rule topic_rule
  = {[](std::string_view x) {
       return is_mqtt_topic(x) && x.front() != '/' && x.back() != '/';
     },
     "an MQTT topic of at most 256 bytes, without + and #, and without / at "
     "its ends"};

const text_rule filters_rule
  = {are_topic_filters,
     "MQTT topic filters of at most 256 bytes, such as sensor/# or "
     "lab/+/state, with commas between them"};

const text_rule readable_file_or_nothing = {
  [](std::string_view x) {
    return x.empty() || (is_path(x) && why_unreadable(std::string{x}).empty());
  },
  "a file that exists and is readable", nullptr, path_meant};

const text_rule token_file_rule
  = {[](std::string_view x) {
       return x == "auto" || readable_file_or_nothing.holds(x);
     },
     "auto, or a file that exists and is readable", nullptr, path_meant};

const text_rule socket_rule = {[](std::string_view x) { return is_path(x); },
                               "auto, none, or the path of a socket", nullptr,
                               path_meant};

const text_rule group_or_nothing
  = {[](std::string_view x) {
       return x.empty() || ::getgrnam(std::string{x}.c_str()) != nullptr;
     },
     "the name of a group of this machine"};

const text_rule white_balance_rule
  = {[](std::string_view x) { return parse_white_balance(x).has_value(); },
     "auto, incandescent, tungsten, fluorescent, indoor, daylight, cloudy, or "
     "gains of red and blue such as 1.9,1.4"};

option text_option(std::string name, std::string value_name, std::string& field,
                   const text_rule& rule, std::string purpose) {
  auto set = [&field, rule, name](const std::string& text) -> std::string {
    if (!rule.holds(text))
      return rule.want + (rule.meant ? rule.meant(name, text) : "");
    field = rule.stored ? rule.stored(text) : text;
    return {};
  };
  return {std::move(name), std::move(value_name), std::move(purpose), set,
          [&field] { return field; }};
}

option integer_option(std::string name, std::string value_name, uint16_t& field,
                      uint16_t min, uint16_t max, std::string purpose) {
  return whole_number(std::move(name), std::move(value_name), field, min, max,
                      purpose);
}

option integer_option(std::string name, std::string value_name, uint32_t& field,
                      uint32_t min, uint32_t max, std::string purpose) {
  return whole_number(std::move(name), std::move(value_name), field, min, max,
                      purpose);
}

option number_option(std::string name, std::string value_name, double& field,
                     double min, double max, std::string purpose) {
  auto allowed = range(min, max);
  auto set = [=, &field](const std::string& text) -> std::string {
    double x = 0;
    if (!read_number(text, x) || !(x >= min && x <= max))
      return "a number from " + allowed;
    field = x;
    return {};
  };
  return {std::move(name), std::move(value_name), with_range(purpose, allowed),
          set, [&field] { return print_number(field); }};
}

option seconds_option(std::string name, caf::timespan& field, double min,
                      double max, std::string purpose) {
  using seconds = std::chrono::duration<double>;
  auto allowed = range(min, max);
  auto set = [=, &field](const std::string& text) -> std::string {
    double x = 0;
    if (!read_number(text, x) || !(x >= min && x <= max))
      return "a number of seconds from " + allowed;
    field = std::chrono::round<caf::timespan>(seconds{x});
    return {};
  };
  return {std::move(name), "SECONDS", with_range(purpose, allowed), set,
          [&field] { return print_number(seconds{field}.count()); }};
}

option flag_option(std::string name, bool& field, std::string purpose) {
  return choice_option(std::move(name), field,
                       {{"true", true}, {"false", false}}, std::move(purpose));
}

option list_option(std::string name, std::string value_name,
                   std::vector<std::string>& field, size_t max,
                   const text_rule& rule, std::string purpose) {
  auto set = [&field, max, rule](const std::string& text) -> std::string {
    std::vector<std::string> ids;
    for (size_t at = 0; !text.empty() && at <= text.size();) {
      auto end = std::min(text.find(',', at), text.size());
      ids.emplace_back(trim(std::string_view{text}.substr(at, end - at)));
      at = end + 1;
      auto before = std::find(ids.begin(), ids.end() - 1, ids.back());
      if (!rule.holds(ids.back()) || before != ids.end() - 1
          || ids.size() > max)
        return rule.want + std::string{", each once, at most "}
               + std::to_string(max);
    }
    field = std::move(ids);
    return {};
  };
  auto get = [&field] {
    std::string result;
    for (auto& id : field)
      result += (result.empty() ? "" : ",") + id;
    return result;
  };
  return {std::move(name), std::move(value_name), std::move(purpose), set, get};
}

option networks_option(std::string name, cidr_list& field,
                       std::string purpose) {
  auto set = [&field](const std::string& text) -> std::string {
    auto parsed = cidr_list::parse(text);
    if (!parsed)
      return "networks such as 192.168.0.0/16,fd00::/8";
    field = std::move(*parsed);
    return {};
  };
  return {std::move(name), "CIDR,...", std::move(purpose), set,
          [&field] { return field.text(); }};
}

std::string why_unreadable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || access(path.c_str(), R_OK) != 0)
    return std::generic_category().message(errno);
  return S_ISDIR(info.st_mode) ? "Is a directory" : "";
}

} // namespace camnode
