#include "tools/camctl/node_query.hpp"

#include "tools/camctl/choice.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/wording.hpp"

#include "actors/base/access_token.hpp"
#include "messages/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <utility>

namespace camctl {

using camnode::ec;
using camnode::node_report;

namespace {

/// A server's; a client has 8080.
constexpr uint16_t server_port = 8000;

/// For each socket of this machine, where nobody said which one is meant.
constexpr std::chrono::milliseconds max_socket_wait{1000};

constexpr const char* asked_help = R"(Options of all commands that ask nodes:
  --node WHERE        The node to ask; may be repeated: HOST[:PORT], with
                      http:// or https:// before it or not, the path of its
                      socket, or, on this machine, its id. Without a port, 8000,
                      a server's; a client has 8080. By default the client of
                      this machine, else its server: one with a socket in
                      $XDG_RUNTIME_DIR/camnode or /run/camnode.
)";

constexpr const char* all_help
  = R"(  --all               Also asks the servers that these nodes know of, each where
                      its stream is. With --ca, each must have a certificate for
                      its id.
)";

constexpr const char* json_help
  = R"(  --json              Prints one JSON object for each node, in a line of its
                      own.
)";

constexpr const char* watch_help
  = R"(  --watch             Prints again every second, until Ctrl+C.
)";

constexpr const char* connection_help
  = R"(  --timeout SECONDS   How long to wait for each answer, 0.1 to 600. Default: 3
  --token-file FILE   The token of the nodes, where they are asked over TCP: to
                      operate one, it is always needed, and to look from another
                      machine where the node has one.
  --ca FILE           The certificate (PEM) of the room's authority, of which
                      those of nodes must be: see tools/make-certs. HOST[:PORT]
                      means https:// then.

Exit codes: 0 all well, 1 failed (a node is not there, say), 2 wrong usage.
)";

bool contains(const std::vector<std::string>& x, const std::string& y) {
  return std::find(x.begin(), x.end(), y) != x.end();
}

std::vector<std::string> joined(std::vector<std::string> x,
                                const std::vector<std::string>& y) {
  x.insert(x.end(), y.begin(), y.end());
  return x;
}

std::chrono::milliseconds timeout_of(const std::string& text) {
  char* end = nullptr;
  auto seconds = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != 0 || !(seconds >= 0.1 && seconds <= 600))
    refuse("--timeout=" + text + ": want 0.1 to 600 seconds");
  return std::chrono::milliseconds{std::llround(seconds * 1000)};
}

node_access read_access(const arguments& given) {
  node_access result;
  if (given.has("ca")) {
    auto read = camnode::read_authority("--ca", given.value("ca"));
    if (!read)
      refuse(camnode::reason_of(read.error()));
    result.authority = std::move(*read);
  }
  if (given.has("token-file")) {
    auto read = camnode::read_access_token(given.value("token-file"));
    if (!read)
      refuse("--token-file=" + camnode::reason_of(read.error()));
    result.token = std::move(*read);
  }
  return result;
}

node_address read_address(const std::string& x, const node_query& query) {
  auto at = parse_address(x, {server_port,
                              query.access.authority.context != nullptr,
                              socket_folders()});
  if (!at)
    refuse("--node=" + printable(x)
           + ": want [http[s]://]HOST[:PORT], the path of a socket, or the id "
             "of a node here");
  if (at->tls && !query.access.authority.context)
    refuse("--node=" + printable(x) + ": needs --ca");
  return *at;
}

std::string texts_of(const folder_list& folders) {
  std::string result;
  for (auto& x : folders)
    result += (result.empty() ? "" : " or ") + x.string();
  return result;
}

/// Where a server is that a client knows; no host: it has no API, as it is a
/// legacy one, or has never been there.
node_address address_of(const camnode::part_report& server) {
  node_address result;
  for (auto& x : server.figures) {
    if (x.name == "ip")
      result.host = x.text;
    else if (x.name == "port")
      result.port = static_cast<uint16_t>(x.value);
    else if (x.name == "tls")
      result.tls = x.value != 0;
    else if (x.name == "announced_id")
      result.id = x.text;
  }
  if (result.id.empty())
    result.host.clear();
  return result;
}

} // namespace

std::string node_options_help(const std::vector<std::string>& flags) {
  std::string result = asked_help;
  if (contains(flags, "all"))
    result += all_help;
  if (contains(flags, "json"))
    result += json_help;
  if (contains(flags, "watch"))
    result += watch_help;
  return result + connection_help;
}

void refuse(const std::string& why) {
  std::cerr << "camctl: " << why << "; see --help\n";
  leave(wrong_usage);
}

void leave(int exit_code) {
  std::cout.flush();
  std::cerr.flush();
  _exit(exit_code);
}

int complain(const caf::error& x) {
  std::cerr << "camctl: " << camnode::reason_of(x) << "\n";
  return failed;
}

node_query read_query(const std::vector<std::string>& given, const usage& how) {
  node_query result;
  result.rest = parse_arguments(given, joined({"help"}, how.flags),
                                joined({"node", "timeout", "token-file", "ca"},
                                       how.valued));
  auto& rest = result.rest;
  if (rest.has("help")) {
    std::cout << how.text << "\n" << node_options_help(how.flags);
    leave(all_well);
  }
  if (!rest.error.empty())
    refuse(rest.error);
  if (how.word && rest.words.empty())
    refuse(std::string{"a word is missing: want "} + how.word);
  if (rest.words.size() > (how.word ? 1 : 0))
    refuse("'" + printable(rest.words.back()) + "' is one word too many");
  result.all = rest.has("all");
  result.json = rest.has("json");
  result.watch = rest.has("watch");
  if (rest.has("timeout"))
    result.timeout = timeout_of(rest.value("timeout"));
  result.access = read_access(rest);
  if (rest.has("node"))
    for (auto& x : rest.options.at("node"))
      result.nodes.push_back(read_address(x, result));
  return result;
}

std::map<std::string, std::string> pairs_of(const node_query& query,
                                            const std::string& option) {
  std::map<std::string, std::string> result;
  if (!query.rest.has(option))
    return result;
  for (auto& x : query.rest.options.at(option)) {
    auto equals = x.find('=');
    if (equals == std::string::npos || equals == 0)
      refuse("--" + option + "=" + printable(x) + ": want KEY=VALUE");
    result[x.substr(0, equals)] = x.substr(equals + 1);
  }
  return result;
}

asker::asker(const node_query& query)
  : query_(query), link_(query.access, query.timeout) {
}

std::optional<answer> asker::ask(const node_address& at, bool& ok) {
  auto report = link_.look(at);
  if (report)
    return answer{at, std::move(*report)};
  complain(report.error());
  ok = false;
  return std::nullopt;
}

std::vector<answer> asker::look(bool& ok) {
  std::vector<answer> result;
  if (chosen_) {
    if (auto x = ask(*chosen_, ok))
      result.push_back(std::move(*x));
  } else if (query_.nodes.empty()) {
    result.push_back(look_for([](const node_report&) { return true; }, "node"));
    chosen_ = result.back().at;
  } else {
    for (auto& at : query_.nodes)
      if (auto x = ask(at, ok))
        result.push_back(std::move(*x));
  }
  if (query_.all)
    for (auto& at : others(result))
      if (auto x = ask(at, ok))
        result.push_back(std::move(*x));
  return result;
}

std::optional<answer> asker::find_socket(const predicate& suits,
                                         search& so_far) const {
  node_link quick{query_.access, std::min(query_.timeout, max_socket_wait)};
  std::vector<answer> found;
  for (auto& at : sockets_in(socket_folders())) {
    auto report = quick.look(at);
    so_far.answered = so_far.answered || report;
    if (report && suits(*report))
      found.push_back({at, std::move(*report)});
    if (report || report.error() == ec::connect_failed) // Its node has ended.
      continue;
    so_far.last = report.error();
    if (so_far.last != ec::open_failed)
      complain(so_far.last);
  }
  if (found.empty())
    return std::nullopt;
  auto chosen = choose(std::move(found), socket_folders());
  if (chosen)
    return std::move(*chosen);
  complain(chosen.error());
  leave(wrong_usage);
}

std::optional<answer> asker::find_given(const predicate& suits,
                                        search& so_far) const {
  for (auto& at : query_.nodes) {
    auto report = link_.look(at);
    if (!report) {
      complain(report.error());
      leave(failed);
    }
    so_far.answered = true;
    if (suits(*report))
      return answer{at, std::move(*report)};
  }
  return std::nullopt;
}

answer asker::look_for(const predicate& suits, const std::string& what,
                       const std::function<std::string()>& hint) const {
  search so_far;
  std::optional<answer> result;
  auto here = query_.nodes.empty();
  result = here ? find_socket(suits, so_far) : find_given(suits, so_far);
  if (result)
    return std::move(*result);
  std::cerr << "camctl: found no " << what
            << (here ? " on this machine" : " at the given nodes");
  if (here && !so_far.last && !so_far.answered)
    std::cerr << ": none has a socket in " << texts_of(socket_folders())
              << "; try --node URL";
  else if (!so_far.answered)
    std::cerr << ": " << camnode::reason_of(so_far.last) << "; try --node URL";
  else if (hint)
    std::cerr << "; " << hint();
  std::cerr << "\n";
  leave(failed);
}

std::vector<node_address>
asker::others(const std::vector<answer>& known) const {
  std::vector<node_address> result;
  auto is_known = [&](const node_address& at) {
    auto same = [&](const node_address& x) { return x.text() == at.text(); };
    return std::any_of(known.begin(), known.end(),
                       [&](const answer& x) { return same(x.at); })
           || std::any_of(result.begin(), result.end(), same);
  };
  for (auto& x : known)
    for (auto& part : x.report.parts) {
      if (part.kind != "server")
        continue;
      auto at = address_of(part);
      if (!at.host.empty() && !is_known(at))
        result.push_back(std::move(at));
    }
  return result;
}

void run_shown(const node_query& query, const std::function<int()>& show) {
  if (!query.watch)
    leave(show());
  auto terminal = isatty(STDOUT_FILENO) == 1;
  for (;;) {
    if (terminal)
      std::cout << "\033[H\033[2J";
    show();
    std::cout.flush();
    if (!std::cout)
      leave(failed); // Nobody reads any more.
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

} // namespace camctl
