#include "nodes/options/options.hpp"

#include "messages/error.hpp"
#include "messages/name_hint.hpp"
#include "messages/text.hpp"
#include "nodes/options/command_line.hpp"
#include "nodes/options/ini_file.hpp"
#include "nodes/options/option_checks.hpp"
#include "nodes/options/option_tables.hpp"
#include "nodes/options/places.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace camnode {

namespace {

constexpr auto role_want = "want --role=server or --role=client";

printout usage_error(std::string text) {
  // Arguments are quoted in it, and may have line breaks.
  std::replace_if(
    text.begin(), text.end(),
    [](char c) { return static_cast<unsigned char>(c) < ' '; }, '?');
  return {"camnode: " + text + "\n", 2};
}

std::vector<std::string> names_of(const option_table& table) {
  std::vector<std::string> result;
  for (const auto& x : table)
    result.push_back(x.name);
  return result;
}

const option* find_option(const option_table& table, const std::string& name) {
  auto i = std::find_if(table.begin(), table.end(),
                        [&](const option& x) { return x.name == name; });
  return i == table.end() ? nullptr : &*i;
}

// -- the file ----------------------------------------------------------------

/// @returns What is wrong, or an empty string.
std::string read_config(const std::string& path,
                        std::vector<given_value>& out) {
  auto reason = why_unreadable(path);
  if (!reason.empty())
    return "--config=" + path + ": " + reason + path_meant("--config", path);
  std::ifstream in{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (text.find('\0') != std::string::npos)
    return "--config=" + path + ": want text in UTF-8";
  auto content = parse_ini(text);
  std::set<std::string> seen;
  for (auto& x : content.settings) {
    auto where = path + ":" + std::to_string(x.line);
    if (!seen.insert(x.key).second)
      return x.key + " (" + where + "): given twice";
    out.push_back(
      {std::move(x.key), std::move(x.value), std::move(where), true});
  }
  if (content.bad_line != 0)
    return path + ":" + std::to_string(content.bad_line)
           + ": want [section], key=value or a comment that starts with #";
  return {};
}

// -- values ------------------------------------------------------------------

/// @param start Which option, given where.
std::string no_such_option(const std::string& start, const std::string& name,
                           std::vector<std::string> names) {
  names.insert(names.end(),
               {"role", "config", "help", "version", "list-cameras"});
  auto letters = std::min(name.find_first_not_of('-'), name.size());
  return start + "no such option; "
         + name_hint(name.substr(letters), names, "see camnode --help");
}

std::string start_of(const given_value& x) {
  return x.name + " (" + x.where + "): ";
}

/// Earlier versions had TCP ports for camctl alone.
bool is_of_inspection_ports(const std::string& name) {
  static const std::set<std::string> names{"host",
                                           "port",
                                           "cert-file",
                                           "key-file",
                                           "ca-file",
                                           "operator-host",
                                           "operator-port",
                                           "operator-cert-file",
                                           "operator-key-file",
                                           "operator-ca-file"};
  constexpr std::string_view section = "introspect.";
  return name.compare(0, section.size(), section) == 0
         && names.count(name.substr(section.size())) > 0;
}

std::string why_unknown(const given_value& x, const option_table& table) {
  if (x.name == "role" || x.name == "config")
    return start_of(x) + "belongs on the command line";
  if (is_of_inspection_ports(x.name))
    return start_of(x)
           + "is gone, with its port: want introspect.socket on this machine, "
             "and from elsewhere stream.port of a server and http.port of a "
             "client, with a token (stream.token-file, http.token-file)";
  server_options server;
  client_options client;
  if (find_option(own_table(server), x.name))
    return start_of(x) + "an option of servers, and this is a client";
  if (find_option(own_table(client), x.name))
    return start_of(x) + "an option of clients, and this is a server";
  return no_such_option(start_of(x), x.name, names_of(table));
}

/// There is no role: perhaps as its option is misspelt.
std::string why_no_role(const command_line& x) {
  server_options server;
  client_options client;
  auto names = names_of(table_of(server));
  for (auto& name : names_of(own_table(client)))
    names.push_back(name);
  for (auto& value : x.values)
    if (std::find(names.begin(), names.end(), value.name) == names.end())
      return no_such_option(start_of(value), value.name, names);
  return std::string{"no role given: "} + role_want
         + "; camnode --help lists all options";
}

bool is_command(const std::string& text) {
  return text.find(' ') == std::string::npos || access(text.c_str(), X_OK) == 0;
}

/// Whether a value is all in quotes, which nobody takes away. Those of a shell
/// command are the shell's, unless all of it would be one word.
bool is_quoted(const given_value& x) {
  auto& text = x.text;
  if (text.size() < 2 || (text[0] != '"' && text[0] != '\'')
      || text.find(text[0], 1) != text.size() - 1)
    return false;
  return x.name != "camera.command"
         || !is_command(text.substr(1, text.size() - 2));
}

/// Where a comment begins in a value; `npos` if there is none.
size_t find_comment(const given_value& x) {
  if (!x.in_file || x.name == "camera.command")
    return std::string::npos;
  auto at = x.text.find_first_of("#;");
  while (at != std::string::npos && (at == 0 || !std::isspace(x.text[at - 1])))
    at = x.text.find_first_of("#;", at + 1);
  return at;
}

/// @returns What is wrong with how a value is written, or an empty string.
std::string why_misspelt(const given_value& x) {
  auto start = x.name + "=" + x.text + " (" + x.where + "): ";
  auto bare = [](const given_value& y) {
    return is_quoted(y) ? y.text.substr(1, y.text.size() - 2) : y.text;
  };
  if (is_quoted(x))
    return start + "want no quotes: " + x.name + "=" + bare(x);
  auto comment = find_comment(x);
  if (comment == std::string::npos)
    return {};
  auto alone = x;
  alone.text = trim(x.text.substr(0, comment));
  return start + "want " + (is_quoted(alone) ? "no quotes, and " : "")
         + "the comment in a line of its own, and here " + x.name + "="
         + bare(alone);
}

/// @returns What is wrong, or an empty string.
std::string set_values(const std::vector<given_value>& values,
                       const option_table& table) {
  for (const auto& x : values) {
    auto known = find_option(table, x.name);
    if (known == nullptr)
      return why_unknown(x, table);
    auto misspelt = why_misspelt(x);
    if (!misspelt.empty())
      return misspelt;
    auto want = known->set(x.text);
    if (!want.empty())
      return x.name + "=" + x.text + " (" + x.where + "): want " + want;
  }
  return {};
}

template <class Options>
parse_result build(const command_line& args) {
  Options result;
  auto table = table_of(result);
  std::vector<given_value> values;
  std::string error;
  if (args.config)
    error = read_config(*args.config, values);
  if (error.empty())
    error = set_values(values, table);
  if (error.empty())
    error = set_values(args.values, table);
  if (error.empty())
    error = why_contradictory(result);
  if (!error.empty())
    return usage_error(error);
  if (result.node.id.empty())
    result.node.id = default_node_id();
  return result;
}

} // namespace

parse_result parse_options(int argc, const char* const* argv,
                           const std::string& version) {
  auto args = read_command_line(argc, argv);
  if (!args.error.empty())
    return usage_error(args.error);
  if (args.help)
    return printout{help_text(), 0};
  if (args.version)
    return printout{version + "\n", 0};
  if (args.list_cameras)
    return camera_listing{};
  if (args.role == "server")
    return build<server_options>(args);
  if (args.role == "client")
    return build<client_options>(args);
  if (args.role)
    return usage_error("role=" + *args.role + " (command line): " + role_want);
  return usage_error(why_no_role(args));
}

bool is_loopback(const std::string& ip) {
  return ip.compare(0, 4, "127.") == 0 || ip == "::1";
}

std::string default_node_id() {
  char name[256] = {};
  if (gethostname(name, sizeof(name) - 1) != 0)
    return "camnode";
  auto result = std::string{name}.substr(0, 64);
  for (auto& c : result)
    if (!is_name_text({&c, 1}))
      c = '-';
  return is_node_id(result) ? result : "camnode";
}

caf::expected<std::string> read_password(const std::string& password_file) {
  auto reason = why_unreadable(password_file);
  if (!reason.empty())
    return caf::error{ec::bad_configuration, password_file + ": " + reason};
  std::ifstream in{password_file};
  std::string line;
  std::getline(in, line);
  if (line.compare(0, 3, "\xef\xbb\xbf") == 0) // A byte order mark.
    line.erase(0, 3);
  if (!line.empty() && line.back() == '\r')
    line.pop_back();
  if (line.empty())
    return caf::error{ec::bad_configuration,
                      password_file + ": want the password as first line"};
  return line;
}

std::string why_exposed(const std::string& path) {
  namespace fs = std::filesystem;
  struct stat info;
  if (path.empty() || stat(path.c_str(), &info) != 0
      || (info.st_mode & S_IROTH) == 0)
    return {};
  auto dir = fs::absolute(path);
  while (dir.has_relative_path()) {
    dir = dir.parent_path();
    if (stat(dir.c_str(), &info) != 0 || (info.st_mode & S_IXOTH) == 0)
      return {}; // Nobody comes that far.
  }
  return "every user of this machine can read it; want: chmod 600 " + path
         + ", or 640 where a group has to";
}

} // namespace camnode
