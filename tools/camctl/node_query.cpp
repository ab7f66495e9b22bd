#include "tools/camctl/node_query.hpp"

#include "tools/camctl/command.hpp"
#include "tools/camctl/node_commands.hpp"
#include "tools/camctl/wording.hpp"

#include "nodes/inspection/certificates.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <utility>

namespace camctl {

using camnode::node_report;

namespace {

constexpr uint16_t server_port = 4710;
constexpr uint16_t client_port = 4711;

constexpr const char* asked_help = R"(Options of all commands that ask nodes:
  --node HOST[:PORT]  The node to ask; may be repeated. Without a port, 4710, a
                      server's; a client has 4711. By default the client of this
                      machine (127.0.0.1:4711), else its server
                      (127.0.0.1:4710).
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
  --ca FILE           tools/make-certs.

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
  out.tls.cert_file = out.rest.value("cert");
  out.tls.key_file = out.rest.value("key");
  out.tls.ca_file = out.rest.value("ca");
  if (!out.tls.any())
    return;
  if (out.tls.cert_file.empty() || out.tls.key_file.empty()
      || out.tls.ca_file.empty())
    refuse("--cert, --key and --ca need each other");
  auto why = camnode::why_unusable(out.tls, camnode::tls_end::person);
  if (why.empty()) {
    auto loaded = camnode::load_tls(out.tls, camnode::tls_end::person);
    why = loaded ? camnode::why_not_now(*loaded) : "";
    if (!why.empty())
      why = "cert-file=" + out.tls.cert_file + ": " + why;
  }
  if (!why.empty())
    refuse("--" + why);
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
  std::cerr << "camctl: " << words_of(x) << "\n";
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
  if (rest.has("node"))
    for (auto& x : rest.options.at("node")) {
      auto at = parse_address(x, server_port);
      if (!at)
        refuse("--node=" + x + ": want HOST or HOST:PORT");
      result.nodes.push_back(*at);
    }
  read_tls(result);
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

answer asker::look_for(const std::function<bool(const node_report&)>& suits,
                       const std::string& what,
                       const std::function<std::string()>& hint) {
  auto usual = query_.nodes.empty();
  auto nodes = usual ? std::vector<node_address>{{"127.0.0.1", client_port},
                                                 {"127.0.0.1", server_port}}
                     : query_.nodes;
  caf::error last;
  auto answered = false;
  for (auto& at : nodes) {
    auto report = link_.look(at);
    if (report && suits(*report))
      return {at, std::move(*report)};
    answered = answered || report;
    if (!report && !usual) {
      complain(report.error());
      leave(failed);
    }
    if (!report)
      last = report.error();
  }
  std::cerr << "camctl: found no " << what << " at "
            << (usual ? "127.0.0.1:4711 and 127.0.0.1:4710"
                      : "the given nodes");
  if (!answered)
    std::cerr << ": " << words_of(last) << "; try --node HOST:PORT";
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
      node_address at{{}, server_port};
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
