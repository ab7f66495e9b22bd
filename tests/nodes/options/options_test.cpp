#define CAF_SUITE options
#include "tests/camnode_test.hpp"

#include "nodes/options/ini_file.hpp"
#include "nodes/options/option_tables.hpp"
#include "tests/nodes/options/options_fixture.hpp"

#include <iterator>
#include <set>
#include <utility>

using namespace camnode;
using namespace camnode_test::options;
using namespace std::chrono_literals;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string standard_config(const std::string& role) {
  return std::string{CAMNODE_SOURCE_DIR} + "/configs/" + role + ".conf";
}

/// Names of options, and their values as in a configuration file.
using option_list = std::vector<std::pair<std::string, std::string>>;

template <class Options>
option_list list_options(Options x) {
  option_list result;
  for (const auto& y : table_of(x))
    result.emplace_back(y.name, y.get());
  return result;
}

/// Checks that the shipped file lists what the struct has, once and with the
/// same values, and explains each.
template <class Options>
void check_standard_config(const std::string& role) {
  auto path = standard_config(role);
  auto loaded = accepted<Options>({"--role=" + role, "--config=" + path});
  auto standard = accepted<Options>({"--role=" + role});
  CAF_CHECK(list_options(loaded) == list_options(standard));
  std::multiset<std::string> listed;
  for (const auto& x : parse_ini(read_file(path)).settings)
    listed.insert(x.key);
  for (const auto& x : list_options(Options{})) {
    if (listed.count(x.first) != 1)
      CAF_ERROR(x.first << " is not exactly once in " << path);
  }
  CAF_CHECK_EQUAL(listed.size(), list_options(standard).size());
}

/// The comment above each setting names its default.
void check_explanations(const std::string& role) {
  std::ifstream in{standard_config(role)};
  std::string comment;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] == '#') {
      comment += line.substr(1);
      continue;
    }
    auto equals = line.find('=');
    if (equals != std::string::npos) {
      auto value = line.substr(equals + 1);
      auto expected = "Default: " + (value.empty() ? "none" : value);
      if (comment.find(expected) == std::string::npos)
        CAF_ERROR(line << " lacks its default in the comment above");
    }
    comment.clear();
  }
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(options_tests, fixture)

CAF_TEST(defaults come from the struct) {
  auto x = accepted<server_options>({server});
  CAF_CHECK_EQUAL(x.node.id, default_node_id());
  CAF_CHECK_EQUAL(x.stream.port, 8000);
  CAF_CHECK(x.stream.replay.age == 10s);
  CAF_CHECK(x.camera.source == source_kind::automatic);
  auto y = accepted<client_options>({client});
  CAF_CHECK_EQUAL(y.mqtt.topic_sensors, "sensor/#");
  CAF_CHECK(y.record.segment == 60s);
  CAF_CHECK(y.discovery.allow.contains("10.0.0.1"));
}

CAF_TEST(shipped files are the defaults) {
  check_standard_config<server_options>("server");
  check_standard_config<client_options>("client");
}

CAF_TEST(shipped files name the default of each option) {
  check_explanations("server");
  check_explanations("client");
}

CAF_TEST(the command line beats the file and the file beats the default) {
  auto config = file("[stream]\nport = 1\nreplay=2.5\n[camera]\nfps=0.1\n");
  auto x = accepted<server_options>(
    {server, "--config", config, "--stream.port=3"});
  CAF_CHECK_EQUAL(x.stream.port, 3);
  CAF_CHECK(x.stream.replay.age == 2500ms);
  CAF_CHECK_EQUAL(x.camera.fps, 0.1);
  CAF_CHECK_EQUAL(x.camera.width, 1280);
}

CAF_TEST(values may follow their name as a word of their own) {
  auto x = accepted<client_options>(
    {"--role", "client", "--data.dir", "/srv/x y", "--display", "none"});
  CAF_CHECK_EQUAL(x.data.dir, "/srv/x y");
  CAF_CHECK(x.display == display_mode::none);
}

CAF_TEST(every option accepts its own value again) {
  words args{client};
  for (const auto& x : list_options(accepted<client_options>({client})))
    args.push_back("--" + x.first + "=" + x.second);
  CAF_CHECK(list_options(accepted<client_options>(args))
            == list_options(accepted<client_options>({client})));
}

CAF_TEST(a hash within a line of the file is no comment) {
  auto config = file("# all\r\n; of it\r\n[mqtt]\r\n"
                     "topic-sensors = lab/# \r\nhost=b\r\n");
  auto x = accepted<client_options>({client, "--config=" + config});
  CAF_CHECK_EQUAL(x.mqtt.topic_sensors, "lab/#");
  CAF_CHECK_EQUAL(x.mqtt.host, "b");
}

CAF_TEST(the role must be given) {
  CAF_CHECK_EQUAL(refused({}),
                  "no role given: want --role=server or --role=client; "
                  "camnode --help lists all options");
  CAF_CHECK_EQUAL(refused({"--role=both"}),
                  "role=both (command line): want --role=server or "
                  "--role=client");
}

CAF_TEST(a role that is given wrongly is told how to be given) {
  CAF_CHECK_EQUAL(refused({"--rol=server"}),
                  "rol (command line): no such option; did you mean role?");
  CAF_CHECK_EQUAL(refused({"-role=server"}),
                  "-role (command line): no such option; did you mean role?");
  CAF_CHECK_EQUAL(refused({"server"}),
                  "\"server\" (command line): want --role=server");
  CAF_CHECK_EQUAL(refused({client, "data.dir=/x"}),
                  "\"data.dir=/x\" (command line): did you mean --data.dir?");
  CAF_CHECK_EQUAL(refused({"hlep"}),
                  "\"hlep\" (command line): did you mean --help?");
  CAF_CHECK_EQUAL(refused({"everything"}),
                  "\"everything\" (command line): want --section.key=VALUE");
}

CAF_TEST(help teaches and version tells) {
  auto help = parse({"--help"});
  auto text = std::get_if<printout>(&help);
  CAF_REQUIRE(text != nullptr);
  CAF_CHECK_EQUAL(text->exit_code, 0);
  auto options = list_options(server_options{});
  auto more = list_options(client_options{});
  options.insert(options.end(), more.begin(), more.end());
  for (const auto& x : options) {
    if (text->text.find("  --" + x.first + " ") == std::string::npos)
      CAF_ERROR(x.first << " is not in the help text");
  }
  auto version = parse({"--version"});
  CAF_REQUIRE(std::holds_alternative<printout>(version));
  CAF_CHECK_EQUAL(std::get<printout>(version).text, "camnode 1.2.3\n");
  CAF_CHECK_EQUAL(std::get<printout>(version).exit_code, 0);
}

CAF_TEST(unknown names come with the nearest known one) {
  CAF_CHECK_EQUAL(refused({server, "--stream.prot=1"}),
                  "stream.prot (command line): no such option; did you mean "
                  "stream.port?");
  auto config = file("[mqtt]\n\nhots=x\n");
  CAF_CHECK_EQUAL(refused({client, "--config=" + config}),
                  "mqtt.hots (" + config
                    + ":3): no such option; did you mean mqtt.host?");
  CAF_CHECK_EQUAL(refused({server, "--record.segment=1"}),
                  "record.segment (command line): an option of clients, and "
                  "this is a server");
  CAF_CHECK_EQUAL(refused({client, "--stream.port=1"}),
                  "stream.port (command line): an option of servers, and this "
                  "is a client");
  // No guessing from beginnings of names.
  CAF_CHECK_EQUAL(
    refused({server, "--stream.advertis=10.0.0.1"}),
    "stream.advertis (command line): no such option; did you mean "
    "stream.advertise?");
  CAF_CHECK_EQUAL(refused({server, "--beauty=1"}),
                  "beauty (command line): no such option; see camnode --help");
  CAF_CHECK_EQUAL(refused({server, "--hlep"}),
                  "hlep (command line): no such option; did you mean help?");
}

CAF_TEST(lines of the file that make no sense are named) {
  for (auto line : {"port", "[stream", "=1", "[]"}) {
    auto config = file("[stream]\n# fine\n" + std::string{line} + "\n");
    CAF_CHECK_EQUAL(refused({server, "--config=" + config}),
                    config
                      + ":3: want [section], key=value or a comment that "
                        "starts with #");
  }
  auto twice = file("[stream]\nport=1\nport=2\n");
  CAF_CHECK_EQUAL(refused({server, "--config=" + twice}),
                  "stream.port (" + twice + ":3): given twice");
  auto role = file("role=server\n");
  CAF_CHECK_EQUAL(refused({server, "--config=" + role}),
                  "role (" + role + ":1): belongs on the command line");
}

CAF_TEST(misshapen command lines are refused) {
  CAF_CHECK_EQUAL(refused({server, "stream.port=1"}),
                  "\"stream.port=1\" (command line): did you mean "
                  "--stream.port?");
  CAF_CHECK_EQUAL(refused({server, "--stream.port=1", "--stream.port=1"}),
                  "stream.port (command line): given twice");
  for (const auto& x : {words{server, "--stream.port"}, words{server, "-x"},
                        words{server, "--", "a"}, words{server, "--=1"},
                        words{"--help=1"}, words{server, "--nothing"}})
    CAF_CHECK(!refused(x).empty());
}

CAF_TEST(line breaks in values do not break the line of the error) {
  CAF_CHECK(!refused({server, "--camera.fps=1\n2"}).empty());
  CAF_CHECK(!refused({server, "--a\nb=1"}).empty());
  CAF_CHECK(!refused({"--role=a\nb"}).empty());
}

CAF_TEST(files of other systems are read or refused) {
  auto marked = file("\xef\xbb\xbf[mqtt]\r\nhost=b\r\n");
  CAF_CHECK_EQUAL(
    accepted<client_options>({client, "--config=" + marked}).mqtt.host, "b");
  auto wide = file(std::string("\xff\xfe[\0m\0", 6));
  CAF_CHECK_EQUAL(refused({client, "--config=" + wide}),
                  "--config=" + wide + ": want text in UTF-8");
  auto password = read_password(file("\xef\xbb\xbfsecret\r\n"));
  CAF_REQUIRE(password.engaged());
  CAF_CHECK_EQUAL(*password, "secret");
}

CAF_TEST(cameras are listed without a role) {
  CAF_CHECK(std::holds_alternative<camera_listing>(parse({"--list-cameras"})));
}

CAF_TEST_FIXTURE_SCOPE_END()
