#include "nodes/options.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "nodes/certificates.hpp"
#include "nodes/ini_file.hpp"
#include "nodes/option_tables.hpp"

#include <boost/program_options.hpp>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>

namespace camnode {

namespace {

namespace po = boost::program_options;

constexpr auto role_want = "want --role=server or --role=client";

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

/// A value as it was given, and where.
struct given_value {
  std::string name;
  std::string text;
  std::string where;
};

/// What the command line says, before it is known what the names mean.
struct arguments {
  std::optional<std::string> role;
  std::optional<std::string> config;
  bool help = false;
  bool version = false;
  bool list_cameras = false;
  std::vector<given_value> values;
  std::string error; ///< Empty, or all that counts.
};

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

// -- help and the shape of the command line ----------------------------------

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

void take_argument(const po::option& x, arguments& out) {
  auto text = x.value.empty() ? std::string{} : x.value.front();
  if (x.string_key.empty())
    out.error = quote(text) + " (command line): want --section.key=VALUE";
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
    out.values.push_back({x.string_key, text, "command line"});
}

arguments read_arguments(int argc, const char* const* argv) {
  arguments result;
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

// -- the file ----------------------------------------------------------------

/// @returns What is wrong, or an empty string.
std::string read_config(const std::string& path,
                        std::vector<given_value>& out) {
  auto reason = why_unreadable(path);
  if (!reason.empty())
    return "--config=" + path + ": " + reason;
  std::ifstream in{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto content = parse_ini(text);
  std::set<std::string> seen;
  for (auto& x : content.settings) {
    auto where = path + ":" + std::to_string(x.line);
    if (!seen.insert(x.key).second)
      return x.key + " (" + where + "): given twice";
    out.push_back({std::move(x.key), std::move(x.value), std::move(where)});
  }
  if (content.bad_line != 0)
    return path + ":" + std::to_string(content.bad_line)
           + ": want [section], key=value or a comment that starts with #";
  return {};
}

// -- values ------------------------------------------------------------------

std::string why_unknown(const given_value& x, const option_table& table) {
  auto start = x.name + " (" + x.where + "): ";
  if (x.name == "role" || x.name == "config")
    return start + "belongs on the command line";
  server_options server;
  client_options client;
  if (find_option(own_table(server), x.name))
    return start + "an option of servers, and this is a client";
  if (find_option(own_table(client), x.name))
    return start + "an option of clients, and this is a server";
  return start + "no such option; the nearest is "
         + nearest_name(x.name, names_of(table));
}

/// @returns What is wrong, or an empty string.
std::string set_values(const std::vector<given_value>& values,
                       const option_table& table) {
  for (const auto& x : values) {
    auto known = find_option(table, x.name);
    if (known == nullptr)
      return why_unknown(x, table);
    auto want = known->set(x.text);
    if (!want.empty())
      return x.name + "=" + x.text + " (" + x.where + "): want " + want;
  }
  return {};
}

/// @returns What is wrong between options of `x`, or an empty string.
std::string check(const mqtt_options& x) {
  if (!x.password_file.empty() && x.username.empty())
    return "mqtt.password-file needs mqtt.username, as MQTT has no password "
           "without a name";
  if (!x.password_file.empty())
    if (auto password = read_password(x.password_file); !password)
      return "mqtt.password-file: " + describe(password.error());
  if (x.cert_file.empty() != x.key_file.empty())
    return "mqtt.cert-file and mqtt.key-file need each other";
  if (!x.tls && !(x.ca_file.empty() && x.cert_file.empty()))
    return "mqtt.ca-file, mqtt.cert-file and mqtt.key-file need mqtt.tls=true";
  return {};
}

/// @param options What they are called, in front of `cert-file`.
std::string check(const tls_files& x, const std::string& options) {
  if (x.cert_file.empty() || x.key_file.empty() || x.ca_file.empty())
    return options + "host other than a loopback address needs " + options
           + "cert-file, " + options + "key-file and " + options
           + "ca-file: want a TLS certificate for everyone who comes from "
             "elsewhere (tools/make-certs)";
  auto why = why_unusable(x, tls_end::node);
  return why.empty() ? why : options + why;
}

std::string check(const introspect_options& x) {
  std::string error;
  if (!is_loopback(x.host) || x.tls.any())
    error = check(x.tls, "introspect.");
  if (!error.empty())
    return error;
  if (x.operator_host.empty())
    return x.operator_tls.any()
             ? "introspect.operator-cert-file, -key-file and -ca-file need "
               "introspect.operator-host"
             : "";
  error = check(x.operator_tls, "introspect.operator-");
  if (error.empty() && share_authority(x.tls.ca_file, x.operator_tls.ca_file))
    error
      = "introspect.operator-ca-file has an authority of introspect.ca-file: want another "
        "CA, or everyone who may look may operate";
  return error;
}

bool shows_test_picture(const camera_options& x) {
  // With libcamera, it depends on whether there is a camera.
  return x.source == source_kind::pattern
         || (x.source == source_kind::automatic && x.command.empty()
             && x.file.empty() && !has_libcamera());
}

bool fits_test_picture(uint16_t side, uint16_t least) {
  return side >= least && side <= 4096 && side % 2 == 0;
}

/// What only counts if frames come from libcamera.
std::string check_libcamera(const camera_options& x) {
  if (x.source == source_kind::libcamera && !has_libcamera())
    return "camera.source=libcamera: this camnode was built without libcamera; "
           "want another source, or tools/setup and a new build";
  if (x.lens_position >= 0 && x.focus != autofocus::manual)
    return "camera.lens-position needs camera.autofocus=manual";
  return {};
}

std::string check(const server_options& x) {
  const auto& camera = x.camera;
  if (camera.source == source_kind::command && camera.command.empty())
    return "camera.source=command needs camera.command";
  if (camera.source == source_kind::file && camera.file.empty())
    return "camera.source=file needs camera.file";
  if (camera.source == source_kind::automatic && !camera.command.empty()
      && !camera.file.empty())
    return "camera.command and camera.file are both given: want "
           "camera.source=command or camera.source=file";
  if (shows_test_picture(camera)
      && (!fits_test_picture(camera.width, 64)
          || !fits_test_picture(camera.height, 48)))
    return "the test picture is 64x48 to 4096x4096, both even: want another "
           "camera.width and camera.height than "
           + std::to_string(camera.width) + "x" + std::to_string(camera.height);
  auto error = check_libcamera(camera);
  if (error.empty())
    error = check(x.mqtt);
  return error.empty() ? check(x.introspect) : error;
}

std::string check(const client_options& x) {
  auto error = check(x.mqtt);
  return error.empty() ? check(x.introspect) : error;
}

template <class Options>
parse_result build(const arguments& args) {
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
    error = check(result);
  if (!error.empty())
    return usage_error(error);
  if (result.node.id.empty())
    result.node.id = default_node_id();
  return result;
}

template <class Options>
option_list list(Options x) {
  option_list result;
  for (const auto& y : table_of(x))
    result.emplace_back(y.name, y.get());
  return result;
}

} // namespace

parse_result parse_options(int argc, const char* const* argv,
                           const std::string& version) {
  auto args = read_arguments(argc, argv);
  if (!args.error.empty())
    return usage_error(args.error);
  if (args.help) {
    std::ostringstream text;
    text << introduction << '\n' << full_description();
    return printout{text.str(), 0};
  }
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
  return usage_error(std::string{"no role given: "} + role_want
                     + "; camnode --help lists all options");
}

option_list list_options(const server_options& x) {
  return list(x);
}

option_list list_options(const client_options& x) {
  return list(x);
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
  if (!line.empty() && line.back() == '\r')
    line.pop_back();
  if (line.empty())
    return caf::error{ec::bad_configuration,
                      password_file + ": want the password as first line"};
  return line;
}

} // namespace camnode
