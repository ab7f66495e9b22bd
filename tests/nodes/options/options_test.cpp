#define CAF_SUITE options
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "nodes/options/ini_file.hpp"
#include "nodes/options/option_tables.hpp"
#include "nodes/options/options.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

using namespace camnode;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

const std::string server = "--role=server";
const std::string client = "--role=client";

parse_result parse(const words& args) {
  std::vector<const char*> argv{"camnode"};
  for (const auto& x : args)
    argv.push_back(x.c_str());
  return parse_options(static_cast<int>(argv.size()), argv.data(),
                       "camnode 1.2.3");
}

template <class Options>
Options accepted(const words& args) {
  auto result = parse(args);
  if (auto refusal = std::get_if<printout>(&result))
    CAF_FAIL(refusal->text);
  CAF_REQUIRE(std::holds_alternative<Options>(result));
  return std::get<Options>(result);
}

/// @returns The usage error without its start and its line break.
std::string refused(const words& args) {
  auto result = parse(args);
  auto refusal = std::get_if<printout>(&result);
  CAF_REQUIRE(refusal != nullptr);
  CAF_CHECK_EQUAL(refusal->exit_code, 2);
  const auto& text = refusal->text;
  CAF_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 1);
  CAF_REQUIRE_EQUAL(text.substr(0, 9), "camnode: ");
  return text.substr(9, text.size() - 10);
}

std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string standard_config(const std::string& role) {
  return std::string{CAMNODE_SOURCE_DIR} + "/configs/" + role + ".conf";
}

/// A directory of its own for each test.
struct fixture {
  fixture() {
    char name[] = "/tmp/camnode-options-XXXXXX";
    CAF_REQUIRE(mkdtemp(name) != nullptr);
    dir = name;
  }

  ~fixture() {
    for (const auto& x : files)
      unlink(x.c_str());
    rmdir(dir.c_str());
  }

  /// @returns The path of a new file with this text.
  std::string file(const std::string& text) {
    files.push_back(dir + "/" + std::to_string(files.size()));
    std::ofstream{files.back()} << text;
    return files.back();
  }

  std::string dir;
  words files;
};

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

CAF_TEST(bad values are named with their place and with what would be right) {
  CAF_CHECK_EQUAL(refused({server, "--stream.port=65536"}),
                  "stream.port=65536 (command line): want a whole number from "
                  "0 to 65535");
  auto config = file("[camera]\nfps=1001\n");
  CAF_CHECK_EQUAL(refused({server, "--config=" + config}),
                  "camera.fps=1001 (" + config
                    + ":2): want a number from 0.1 to 1000");
  // The file is checked where the command line beats it, too.
  CAF_CHECK_EQUAL(refused({server, "--config=" + config, "--camera.fps=1"}),
                  "camera.fps=1001 (" + config
                    + ":2): want a number from 0.1 to 1000");
}

CAF_TEST(ranges and grammars hold at their ends) {
  auto takes = [](const std::string& role, const words& good,
                  const words& bad) {
    for (const auto& x : good)
      CAF_CHECK(!std::holds_alternative<printout>(parse({role, "--" + x})));
    for (const auto& x : bad)
      CAF_CHECK(!refused({role, "--" + x}).empty());
  };
  takes(server, {"camera.fps=0.1", "camera.fps=1e3"},
        {"camera.fps=0.09", "camera.fps=nan", "camera.fps=inf",
         "camera.fps=30fps", "camera.fps="});
  takes(server, {"camera.quality=1", "camera.quality=100"},
        {"camera.quality=0", "camera.quality=101", "camera.quality=8.5"});
  takes(server, {"stream.replay=0.1", "stream.replay=600"},
        {"stream.replay=0", "stream.replay=600.1", "stream.replay=-1"});
  takes(server, {"stream.replay-mib=1", "stream.replay-mib=4096"},
        {"stream.replay-mib=0", "stream.replay-mib=4097"});
  takes(server, {"stream.port=0", "mqtt.port=1", "mqtt.port=65535"},
        {"stream.port=-1", "mqtt.port=0", "mqtt.port=1883x"});
  takes(server, {"stream.host=::", "stream.advertise=", "mqtt.username="},
        {"stream.host=localhost", "stream.advertise=camera.lan",
         "mqtt.host=", "stream.advertise=0.0.0.0", "stream.advertise=239.1.1.1",
         "stream.advertise=255.255.255.255", "stream.advertise=fe80::1"});
  takes(server, {"node.id=a.B_9-", "node.id=" + std::string(64, 'x')},
        {"node.id=..", "node.id=a/b", "node.id=" + std::string(65, 'x')});
  takes(client, {"record.segment=0.5", "record.segment=86400"},
        {"record.segment=0.4", "record.segment=86401"});
  takes(client,
        {"mqtt.topic-sensors=+/a/#", "mqtt.topic-sensors=a/#, +/b,c",
         "mqtt.topic-command=a"},
        {"mqtt.topic-sensors=a#", "mqtt.topic-sensors=a,,b",
         "mqtt.topic-sensors=", "mqtt.topic-command=a/+",
         "mqtt.topic-response=a/", "mqtt.topic-status=#"});
  takes(client, {"record.expect=cam-1, cam-2,10.0.0.7", "record.expect="},
        {"record.expect=cam-1,", "record.expect=a,a", "record.expect=a b",
         "record.expect=..", "record.expect=,"});
  takes(client, {"discovery.allow=10.0.0.0/8,::1", "discovery.allow="},
        {"discovery.allow=10.0.0.0/40", "data.dir="});
  takes(client, {"discovery.legacy-port=1", "discovery.legacy-port=65535"},
        {"discovery.legacy-port=0", "discovery.legacy-port=65536",
         "discovery.legacy-port=any"});
  takes(client, {"log.level=debug", "mqtt.tls=true"},
        {"log.level=loud", "mqtt.tls=maybe", "display=Auto"});
}

CAF_TEST(options that need each other are checked together) {
  auto here = file("x");
  CAF_CHECK_EQUAL(refused({server, "--camera.source=command"}),
                  "camera.source=command needs camera.command");
  CAF_CHECK_EQUAL(refused({server, "--camera.source=file"}),
                  "camera.source=file needs camera.file");
  accepted<server_options>({server, "--camera.source=file",
                            "--camera.file=" + here, "--camera.command=x"});
  CAF_CHECK(
    !refused({server, "--camera.file=" + here, "--camera.command=x"}).empty());
  CAF_CHECK(!refused({client, "--mqtt.password-file=" + here}).empty());
  accepted<client_options>(
    {client, "--mqtt.password-file=" + here, "--mqtt.username=u"});
  auto empty = file("");
  for (auto role : {client, server})
    CAF_CHECK_EQUAL(refused({role, "--mqtt.password-file=" + empty,
                             "--mqtt.username=u"}),
                    "mqtt.password-file: bad configuration: " + empty
                      + ": want the password as first line");
  CAF_CHECK(!refused({client, "--mqtt.ca-file=" + here}).empty());
  CAF_CHECK(
    !refused({client, "--mqtt.tls=true", "--mqtt.key-file=" + here}).empty());
  accepted<client_options>({client, "--mqtt.tls=true", "--mqtt.ca-file=" + here,
                            "--mqtt.cert-file=" + here,
                            "--mqtt.key-file=" + here});
}

CAF_TEST(files must be there) {
  auto missing = dir + "/missing";
  CAF_CHECK_EQUAL(refused({server, "--config=" + missing}),
                  "--config=" + missing + ": No such file or directory");
  CAF_CHECK_EQUAL(refused({server, "--config=" + dir}),
                  "--config=" + dir + ": Is a directory");
  CAF_CHECK_EQUAL(refused({server, "--camera.file=" + missing}),
                  "camera.file=" + missing
                    + " (command line): want a file that exists and is "
                      "readable");
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

CAF_TEST(an address is kept in its usual spelling) {
  auto x = accepted<server_options>(
    {server, "--stream.host=0::0", "--stream.advertise=FD00:0::1"});
  CAF_CHECK_EQUAL(x.stream.host, "::");
  CAF_CHECK_EQUAL(x.stream.advertise, "fd00::1");
}

CAF_TEST(a host is a host alone) {
  for (auto good : {"broker", "pi-3.lab_2", "10.0.0.7", "::1", "fe80::1%eth0"})
    CAF_CHECK_EQUAL(accepted<client_options>(
                      {client, "--mqtt.host=" + std::string{good}})
                      .mqtt.host,
                    good);
  auto said = [](const std::string& role, const std::string& option) {
    auto text = refused({role, "--" + option});
    auto meant = text.find("; here ");
    return meant == text.npos ? "" : text.substr(meant + 7);
  };
  CAF_CHECK_EQUAL(refused({client, "--mqtt.host=lab:15000"}),
                  "mqtt.host=lab:15000 (command line): want a host name or an "
                  "IP address alone; here mqtt.host=lab and mqtt.port=15000");
  CAF_CHECK_EQUAL(said(client, "mqtt.host=mqtt://lab"), "mqtt.host=lab");
  CAF_CHECK_EQUAL(said(client, "mqtt.host=tcp://10.0.0.7:1884/x"),
                  "mqtt.host=10.0.0.7 and mqtt.port=1884");
  CAF_CHECK_EQUAL(said(client, "mqtt.host=[::1]:1883"),
                  "mqtt.host=::1 and mqtt.port=1883");
  CAF_CHECK_EQUAL(said(client, "http.host=0.0.0.0:8080"),
                  "http.host=0.0.0.0 and http.port=8080");
  CAF_CHECK_EQUAL(said(client, "introspect.operator-host=0.0.0.0:1"),
                  "introspect.operator-host=0.0.0.0 and "
                  "introspect.operator-port=1");
  CAF_CHECK_EQUAL(said(server, "stream.advertise=10.0.0.7:8000"),
                  "stream.advertise=10.0.0.7 and stream.port=8000");
  CAF_CHECK_EQUAL(said(server, "stream.host=http://10.0.0.7/"),
                  "stream.host=10.0.0.7");
  for (auto bad : {"two words", "10.0.0.256", "10.0", "-x", "a..b", ":", "://",
                   "[", "]:", "[]:1", "user@lab", "b\xc3\xbcro"})
    CAF_CHECK_EQUAL(said(client, "mqtt.host=" + std::string{bad}), "");
}

CAF_TEST(a path is what the system takes it for) {
  std::string home = std::getenv("HOME") ? std::getenv("HOME") : "";
  setenv("HOME", "/home/ada", 1);
  auto dir_of = [](const std::string& x) {
    return accepted<client_options>({client, "--data.dir=" + x}).data.dir;
  };
  for (auto good : {"Data", "/srv/a b", "./~", "a~", "/x/$y", "it's", "/a #b"})
    CAF_CHECK_EQUAL(dir_of(good), good);
  auto meant = [](const std::string& x) {
    auto text = refused({client, "--data.dir=" + x});
    return text.substr(text.find("want "));
  };
  CAF_CHECK_EQUAL(meant("~/Data"), "want a path; here data.dir=/home/ada/Data");
  CAF_CHECK_EQUAL(meant("~"), "want a path; here data.dir=/home/ada");
  CAF_CHECK_EQUAL(meant("$HOME/Data"),
                  "want a path; here data.dir=/home/ada/Data");
  CAF_CHECK_EQUAL(meant("~bob/Data"),
                  "want a path; nobody replaces ~ and $ in here");
  CAF_CHECK_EQUAL(meant(" /srv "), "want a path; here data.dir=/srv");
  CAF_CHECK_EQUAL(meant("\"/srv"), "want a path; here data.dir=/srv");
  CAF_CHECK_EQUAL(meant("file:///srv"), "want a path; here data.dir=/srv");
  CAF_CHECK_EQUAL(meant("\"/srv/x\""), "want no quotes: data.dir=/srv/x");
  // Where the file must be there, too.
  CAF_CHECK_EQUAL(refused({server, "--camera.file=~/film.mjpeg"}),
                  "camera.file=~/film.mjpeg (command line): want a file that "
                  "exists and is readable; here "
                  "camera.file=/home/ada/film.mjpeg");
  CAF_CHECK_EQUAL(refused({server, "--config=~/x.conf"}),
                  "--config=~/x.conf: No such file or directory; here "
                  "--config=/home/ada/x.conf");
  if (home.empty())
    unsetenv("HOME");
  else
    setenv("HOME", home.c_str(), 1);
}

CAF_TEST(quotes and comments behind a value are told) {
  auto with = [this](const std::string& line) {
    return refused({client, "--config=" + file(line + "\n")});
  };
  auto end = [](const std::string& x) { return x.substr(x.find("want ")); };
  CAF_CHECK_EQUAL(end(with("[mqtt]\nport=\"1883\"")),
                  "want no quotes: mqtt.port=1883");
  CAF_CHECK_EQUAL(end(with("[node]\nid='desk'")),
                  "want no quotes: node.id=desk");
  CAF_CHECK_EQUAL(end(with("[data]\ndir=/srv/x # where")),
                  "want the comment in a line of its own, and here "
                  "data.dir=/srv/x");
  CAF_CHECK_EQUAL(end(with("[mqtt]\nport=1883\t; usual")),
                  "want the comment in a line of its own, and here "
                  "mqtt.port=1883");
  CAF_CHECK_EQUAL(end(with("[data]\ndir=\"/srv/x\"  # where")),
                  "want no quotes, and the comment in a line of its own, and "
                  "here data.dir=/srv/x");
  // In a shell's command they have a meaning.
  for (auto command : {"\"/bin/sh\"", "'/a b' \"c\"", "exec x # y"}) {
    auto config = file("[camera]\ncommand=" + std::string{command} + "\n");
    CAF_CHECK_EQUAL(
      accepted<server_options>({server, "--config=" + config}).camera.command,
      command);
  }
  CAF_CHECK_EQUAL(end(refused({server, "--camera.command=\"cam -o -\""})),
                  "want no quotes: camera.command=cam -o -");
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

CAF_TEST(a secret that everybody can read is told) {
  auto path = file("secret");
  chmod(dir.c_str(), 0755);
  chmod(path.c_str(), 0644);
  CAF_CHECK_EQUAL(why_exposed(path),
                  "every user of this machine can read it; want: chmod 600 "
                    + path + ", or 640 where a group has to");
  chmod(path.c_str(), 0640);
  CAF_CHECK_EQUAL(why_exposed(path), "");
  chmod(path.c_str(), 0644);
  chmod(dir.c_str(), 0700); // Nobody comes that far.
  CAF_CHECK_EQUAL(why_exposed(path), "");
  CAF_CHECK_EQUAL(why_exposed(""), "");
  CAF_CHECK_EQUAL(why_exposed(dir + "/missing"), "");
}

CAF_TEST(the default id is an id) {
  CAF_CHECK(is_node_id(default_node_id()));
}

CAF_TEST(passwords are the first line of their file) {
  auto password = [](const std::string& path) {
    auto x = read_password(path);
    return x ? *x : describe(x.error());
  };
  CAF_CHECK_EQUAL(password(file("secret\n")), "secret");
  CAF_CHECK_EQUAL(password(file(" se cret \r\nmore")), " se cret ");
  CAF_CHECK_EQUAL(password(file("secret")), "secret");
  auto empty = file("\nsecret");
  CAF_CHECK_EQUAL(password(empty), "bad configuration: " + empty
                                     + ": want the password as first line");
  CAF_CHECK_EQUAL(password(dir + "/missing"),
                  "bad configuration: " + dir
                    + "/missing: No such file or directory");
}

CAF_TEST(a test picture of odd size is refused) {
  auto odd = refused({server, "--camera.source=pattern", "--camera.width=641"});
  CAF_CHECK(odd.find("test picture is 64x48 to 4096x4096") == 4);
  auto small = refused(
    {server, "--camera.source=pattern", "--camera.height=32"});
  CAF_CHECK(small.find("1280x32") != std::string::npos);
  accepted<server_options>(
    {server, "--camera.command=x", "--camera.width=641"});
}

CAF_TEST(the lens has a position only where it is focused by hand) {
  CAF_CHECK_EQUAL(refused({server, "--camera.lens-position=2"}),
                  "camera.lens-position needs camera.autofocus=manual");
  auto x = accepted<server_options>(
    {server, "--camera.autofocus=manual", "--camera.lens-position=0"});
  CAF_CHECK(x.camera.focus == autofocus::manual);
  CAF_CHECK_EQUAL(x.camera.lens_dioptres, 0.0);
}

CAF_TEST(white balance is a mode or two gains) {
  for (auto x : {"auto", "indoor", "cloudy", "1.9,1.4", "32,0.01"})
    accepted<server_options>(
      {server, std::string{"--camera.white-balance="} + x});
  for (auto x : {"", "sunny", "1.9", "1.9,", "0,1", "1,33", "1.9,1.4,1", "-1,1",
                 "nan,1", "1 ,1", "6"})
    CAF_CHECK(refused({server, std::string{"--camera.white-balance="} + x})
                .find("daylight")
              != std::string::npos);
}

CAF_TEST(cameras are listed without a role) {
  CAF_CHECK(std::holds_alternative<camera_listing>(parse({"--list-cameras"})));
}

CAF_TEST(libcamera is refused by a build without it) {
  if (has_libcamera())
    accepted<server_options>({server, "--camera.source=libcamera"});
  else
    CAF_CHECK(refused({server, "--camera.source=libcamera"})
                .find("built without libcamera")
              != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
