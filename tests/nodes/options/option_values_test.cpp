#define CAF_SUITE option_values
#include "tests/camnode_test.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "nodes/options/token_file.hpp"
#include "tests/nodes/options/options_fixture.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>

using namespace camnode;
using namespace camnode_test::options;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(option_values_tests, fixture)

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

CAF_TEST(quotes and comments after a value are told) {
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

CAF_TEST(an option of the ports that camctl had says what takes their place) {
  for (auto role : {server, client}) {
    auto text = refused({role, "--introspect.operator-cert-file=x"});
    CAF_CHECK_NOT_EQUAL(text.find("is gone"), text.npos);
    CAF_CHECK_NOT_EQUAL(text.find("stream.token-file"), text.npos);
    text = refused({role, "--introspect.sockt=x"});
    CAF_CHECK_NOT_EQUAL(text.find("no such option"), text.npos);
  }
}

CAF_TEST(a token has 16 to 256 visible characters) {
  for (auto& good : {std::string(16, 'x'), std::string(256, '~') + "\r\nmore",
                     std::string{"0123456789;,%\"\\&"}})
    CAF_CHECK_EQUAL(accepted<server_options>(
                      {server, "--stream.token-file=" + file(good)})
                      .stream.token_file.empty(),
                    false);
  for (auto& bad : {std::string{}, std::string(15, 'x'), std::string(257, 'x'),
                    std::string{"0123456789 abcdef"},
                    std::string{"0123456789abcd\xc3\xa9"}}) {
    auto path = file(bad);
    auto want = path
                + ": want a token of 16 to 256 visible ASCII characters as "
                  "first line";
    CAF_CHECK_EQUAL(refused({server, "--stream.token-file=" + path}),
                    "stream.token-file=" + want);
    CAF_CHECK_EQUAL(refused({client, "--http.token-file=" + path}),
                    "http.token-file=" + want);
  }
  CAF_CHECK(
    !refused({client, "--http.token-file=" + dir + "/missing"}).empty());
}

CAF_TEST(a token is made once and for its user alone) {
  auto path = dir + "/state/camnode/lab.token";
  auto first = make_token(path);
  CAF_REQUIRE(first);
  CAF_CHECK_EQUAL(first->size(), 43u);
  CAF_CHECK_EQUAL(first->find_first_not_of(
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    "0123456789-_"),
                  first->npos);
  namespace fs = std::filesystem;
  CAF_CHECK(fs::status(path).permissions()
            == (fs::perms::owner_read | fs::perms::owner_write));
  CAF_CHECK_EQUAL(std::distance(fs::directory_iterator{dir + "/state/camnode"},
                                fs::directory_iterator{}),
                  1);
  auto again = make_token(path);
  CAF_CHECK(again && *again == *first);
  auto other = make_token(dir + "/other.token");
  CAF_CHECK(other && *other != *first);
}

CAF_TEST(a token is in the folder of the service or in that of the user) {
  setenv("XDG_STATE_HOME", "/x", 1);
  CAF_CHECK_EQUAL(usual_token_file("lab"), "/x/camnode/lab.token");
  setenv("STATE_DIRECTORY", "/var/lib/camnode:/y", 1);
  CAF_CHECK_EQUAL(usual_token_file("lab"), "/var/lib/camnode/token");
  unsetenv("STATE_DIRECTORY");
  unsetenv("XDG_STATE_HOME");
  auto home = std::string{std::getenv("HOME") ? std::getenv("HOME") : ""};
  CAF_CHECK_EQUAL(usual_token_file("lab"),
                  home.empty() ? "" : home + "/.local/state/camnode/lab.token");
}

CAF_TEST(names of the machine are host names) {
  auto x = accepted<client_options>(
    {client, "--http.names=lab, lab.example.org"});
  CAF_CHECK_EQUAL(x.http.names,
                  (std::vector<std::string>{"lab", "lab.example.org"}));
  for (auto bad : {"lab,lab", "lab:80", "http://lab", ",", "a b"})
    CAF_CHECK(!refused({server, "--stream.names=" + std::string{bad}}).empty());
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

CAF_TEST(libcamera is refused by a build without it) {
  if (has_libcamera())
    accepted<server_options>({server, "--camera.source=libcamera"});
  else
    CAF_CHECK(refused({server, "--camera.source=libcamera"})
                .find("built without libcamera")
              != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
