#include "nodes/options/command_line.hpp"

#include "messages/name_hint.hpp"
#include "messages/text.hpp"
#include "nodes/options/option_tables.hpp"
#include "nodes/options/options.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace camnode {

namespace {

namespace po = boost::program_options;

constexpr auto introduction =
  R"(camnode records cameras and sensors on one clock.

Usage:
  camnode --role=server|client [--config=FILE] [--section.key=VALUE ...]
  camnode --list-cameras

Examples:
  camnode --role=server --camera.source=pattern
      Serves a test picture, without any camera, on http://localhost:8000/
  camnode --role=client --mqtt.host=broker.lan --data.dir=/srv/recordings
      Finds all servers that the broker knows of, shows and records them.
  camnode --role=server --config=configs/server.conf --node.id=cage-3
      Takes its options from a file, except for its name.

The command line beats the file, and the file beats the default (in brackets).
In the file, --stream.port=8000 is port=8000 in the section [stream].
Relative paths start at the working directory.
)";

po::options_description general_description() {
  po::options_description result{"General"};
  auto text = [](const char* name) {
    return po::value<std::string>()->value_name(name);
  };
  result.add_options()("role", text("server|client"),
                       "What this node is. Always needed.")(
    "config", text("FILE"), "File with options of the role.")(
    "help,h", "Print this text.")("version", "Print the version.")(
    "list-cameras", "Print libcamera's cameras, with their sizes, rates and "
                    "controls.");
  return result;
}

po::options_description description_of(const std::string& caption,
                                       const option_table& table) {
  po::options_description result{caption};
  for (const auto& x : table) {
    auto value = po::value<std::string>()->value_name(x.value_name);
    auto standard = x.get();
    if (!standard.empty())
      value->default_value(standard);
    result.add_options()(x.name.c_str(), value, x.purpose.c_str());
  }
  return result;
}

po::options_description full_description() {
  server_options server;
  client_options client;
  auto result = general_description();
  result.add(description_of("Server and client",
                            common_table(server.node, server.mqtt, server.log,
                                         server.introspect)));
  result.add(description_of("Server", own_table(server)));
  result.add(description_of("Client", own_table(client)));
  return result;
}

/// Takes `--name=value`, as Boost 1.74 refuses an empty value.
std::vector<po::option> split_assignment(std::vector<std::string>& args) {
  auto equals = args[0].find('=');
  if (args[0].compare(0, 2, "--") != 0 || equals == std::string::npos)
    return {};
  po::option result;
  result.string_key = args[0].substr(2, equals - 2);
  result.value.push_back(args[0].substr(equals + 1));
  result.original_tokens.push_back(args[0]);
  args.erase(args.begin());
  return {result};
}

/// What is wrong with a word that is no option.
std::string why_no_word(const std::string& word) {
  auto start = quote(word) + " (command line): ";
  if (word == "server" || word == "client")
    return start + "want --role=" + word;
  auto known = full_description();
  std::vector<std::string> names;
  for (const auto& x : known.options())
    names.push_back("--" + x->long_name());
  // Dashes may be all that it lacks.
  auto name = "--" + word.substr(0, word.find('='));
  if (std::find(names.begin(), names.end(), name) != names.end())
    return start + "did you mean " + name + "?";
  return start + name_hint(name, names, "want --section.key=VALUE");
}

/// `-role=server` is one to Boost of the name `-r`, or so.
std::string name_of(const po::option& x) {
  if (x.string_key[0] != '-' || x.original_tokens.empty())
    return x.string_key;
  auto& token = x.original_tokens.front();
  return token.substr(0, token.find('='));
}

void take_argument(const po::option& x, command_line& out) {
  auto text = x.value.empty() ? std::string{} : x.value.front();
  if (x.string_key.empty())
    out.error = why_no_word(text);
  else if (x.string_key == "help")
    out.help = true;
  else if (x.string_key == "version")
    out.version = true;
  else if (x.string_key == "list-cameras")
    out.list_cameras = true;
  else if (x.string_key == "role")
    out.role = text;
  else if (x.string_key == "config")
    out.config = text;
  else
    out.values.push_back({name_of(x), text, "command line"});
}

} // namespace

command_line read_command_line(int argc, const char* const* argv) {
  command_line result;
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  auto known = full_description();
  std::set<std::string> seen;
  try {
    namespace style = po::command_line_style;
    auto parsed = po::command_line_parser{words}
                    .options(known)
                    .style(style::unix_style & ~style::allow_guessing)
                    .extra_style_parser(split_assignment)
                    .allow_unregistered()
                    .run();
    for (const auto& x : parsed.options) {
      if (result.error.empty())
        take_argument(x, result);
      if (!x.string_key.empty() && !seen.insert(x.string_key).second)
        result.error = x.string_key + " (command line): given twice";
    }
  } catch (const po::error& err) {
    result.error = std::string{err.what()} + " (command line)";
  }
  return result;
}

std::string help_text() {
  std::ostringstream result;
  result << introduction << '\n' << full_description();
  return result.str();
}

} // namespace camnode
