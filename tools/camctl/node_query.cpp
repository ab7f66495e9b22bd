#include "tools/camctl/node_query.hpp"

#include "tools/camctl/choice.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/wording.hpp"

#include "messages/error.hpp"
#include "nodes/inspection/certificates.hpp"

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

constexpr uint16_t server_port = 4710;
constexpr uint16_t client_port = 4711;

/// For each socket of this machine, where nobody said which one is meant.
constexpr std::chrono::milliseconds max_socket_wait{1000};

constexpr const char* asked_help = R"(Options of all commands that ask nodes:
  --node WHERE        The node to ask; may be repeated: HOST[:PORT], with
                      http:// or https:// before it or not, the path of its
                      socket, or, on this machine, its id. Without a port, 4710,
                      a server's; a client has 4711. By default the client of
                      this machine, else its server: one with a socket in
                      $XDG_RUNTIME_DIR/camnode or /run/camnode, else
                      127.0.0.1:4711, else 127.0.0.1:4710.
)";

constexpr const char* all_help
  = R"(  --all               Also asks the servers that these nodes know of, each at
                      port 4710 of the address that it announced. A server that
                      is open on its own machine alone, as all are by default,
                      does not answer there, and is named as such.
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
  --cert FILE         This operator's certificate, key and authority (PEM), for
  --key FILE          nodes that are open to other machines: see
  --ca FILE           tools/make-certs. HOST[:PORT] means https:// then.

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

void read_tls(node_query& out) {
  camnode::tls_files files{out.rest.value("cert"), out.rest.value("key"),
                           out.rest.value("ca")};
  if (!files.any())
    return;
  if (files.cert_file.empty() || files.key_file.empty()
      || files.ca_file.empty())
    refuse("--cert, --key and --ca need each other");
  auto loaded = camnode::load_tls(files, camnode::tls_end::person);
  if (!loaded)
    refuse("--" + camnode::reason_of(loaded.error()));
  auto why = camnode::why_not_now(*loaded);
  if (!why.empty())
    refuse("--cert-file=" + files.cert_file + ": " + why);
  out.tls = std::move(*loaded);
}

node_address read_address(const std::string& x, const node_query& query) {
  auto at = parse_address(x, {server_port, query.tls != nullptr,
                              socket_folders()});
  if (!at)
    refuse("--node=" + printable(x)
           + ": want [http[s]://]HOST[:PORT], the path of a socket, or the id "
             "of a node here");
  if (at->tls && !query.tls)
    refuse("--node=" + printable(x) + ": needs --cert, --key and --ca");
  return *at;
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
                                joined({"node", "timeout", "cert", "key", "ca"},
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
  read_tls(result);
  if (rest.has("node"))
    for (auto& x : rest.options.at("node"))
      result.nodes.push_back(read_address(x, result));
  return result;
}

asker::asker(const node_query& query)
  : query_(query), link_(query.tls, query.timeout) {
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
  node_link quick{query_.tls, std::min(query_.timeout, max_socket_wait)};
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

std::optional<answer> asker::find_port(const std::vector<node_address>& nodes,
                                       const predicate& suits,
                                       search& so_far) const {
  for (auto& at : nodes) {
    auto report = link_.look(at);
    if (report && suits(*report))
      return answer{at, std::move(*report)};
    so_far.answered = so_far.answered || report;
    if (!report && so_far.last != ec::open_failed)
      so_far.last = report.error();
    if (!report && !query_.nodes.empty()) {
      complain(report.error());
      leave(failed);
    }
  }
  return std::nullopt;
}

answer asker::look_for(const predicate& suits, const std::string& what,
                       const std::function<std::string()>& hint) const {
  auto usual_port = [&](uint16_t port) {
    return node_address{{}, "127.0.0.1", port, query_.tls != nullptr};
  };
  search so_far;
  std::optional<answer> result;
  auto here = query_.nodes.empty();
  if (here)
    result = find_socket(suits, so_far);
  if (!here)
    result = find_port(query_.nodes, suits, so_far);
  else if (!so_far.answered)
    result = find_port({usual_port(client_port), usual_port(server_port)},
                       suits, so_far);
  if (result)
    return std::move(*result);
  std::cerr << "camctl: found no " << what
            << (here ? " on this machine" : " at the given nodes");
  if (!so_far.answered)
    std::cerr << ": " << camnode::reason_of(so_far.last)
              << "; try --node HOST:PORT";
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
      node_address at{{}, {}, server_port, query_.tls != nullptr};
      for (auto& figure : part.figures)
        if (figure.name == "ip")
          at.host = figure.text;
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
