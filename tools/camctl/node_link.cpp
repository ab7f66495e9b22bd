#include "tools/camctl/node_link.hpp"

#include "tools/camctl/reachable.hpp"

#include "messages/actors.hpp"
#include "messages/error.hpp"
#include "nodes/inspection/inspection_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

namespace camctl {

using camnode::ec;

std::string node_address::text() const {
  auto v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<node_address> parse_address(const std::string& x,
                                          uint16_t default_port) {
  node_address result{x, default_port};
  auto colon = x.rfind(':');
  if (!x.empty() && x[0] == '[') {
    auto end = x.find(']');
    if (end == std::string::npos || (end + 1 != x.size() && end + 1 != colon))
      return std::nullopt;
    result.host = x.substr(1, end - 1);
    colon = end + 1 == x.size() ? std::string::npos : end + 1;
  } else if (colon != std::string::npos) {
    result.host = x.substr(0, colon);
    if (result.host.find(':') != std::string::npos)
      return std::nullopt;
  }
  if (colon != std::string::npos) {
    auto digits = x.substr(colon + 1);
    char* end = nullptr;
    auto n = std::strtol(digits.c_str(), &end, 10);
    if (digits.empty() || *end != 0 || n < 1 || n > 65535)
      return std::nullopt;
    result.port = static_cast<uint16_t>(n);
  }
  if (result.host.empty())
    return std::nullopt;
  return result;
}

namespace {

/// A peer that is reached, and what it lets us do.
struct peer {
  caf::strong_actor_ptr who;
  bool operates = false;

  /// Whether its connection has ended: CAF would have us wait for an answer for
  /// as long as we like.
  std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(
    false);
};

caf::error failure(const node_address& at, const std::string& why) {
  return caf::make_error(ec::unavailable, "node " + at.text() + " " + why);
}

std::string seconds_text(std::chrono::milliseconds x) {
  auto text = std::to_string(x.count() / 1000);
  if (x.count() % 1000 != 0)
    text += "." + std::to_string(x.count() % 1000 / 100);
  return text + " s";
}

} // namespace

struct node_link::implementation {
  implementation(const camnode::tls_files& tls, std::chrono::milliseconds wait)
    : timeout(wait),
      with_tls(tls.any()),
      config(tls),
      system(config),
      self(system) {
  }

  caf::expected<peer> connect(const node_address& at);

  /// @returns Why there is nobody, for whom CAF would have us wait.
  caf::error look_for(const node_address& at) const;

  /// Has CAF connect.
  caf::expected<peer> meet(const node_address& at);

  /// Puts a failure to connect into words.
  std::string words_of(const caf::error& x) const;

  /// @tparam Handle The interface that the question belongs to.
  template <class Handle, class Answer, class... Ts>
  caf::expected<Answer> ask(const node_address& at, const Ts&... question);

  std::chrono::milliseconds timeout;
  bool with_tls;
  camnode::inspection_config config;
  caf::actor_system system;
  caf::scoped_actor self;
  std::map<std::string, peer> peers;
};

caf::expected<peer> node_link::implementation::connect(const node_address& at) {
  auto known = peers.find(at.text());
  if (known != peers.end() && !*known->second.gone)
    return known->second;
  if (auto err = look_for(at))
    return err;
  auto result = meet(at);
  if (result)
    peers[at.text()] = *result;
  return result;
}

caf::error node_link::implementation::look_for(const node_address& at) const {
  switch (reach_of(at.host, at.port, timeout)) {
    case reach::there:
      break;
    case reach::refused:
      return failure(at, "is not there");
    case reach::silent:
      return failure(at, words_of(caf::sec::request_timeout));
    case reach::unknown_host:
      return failure(at, "is not there: no such host");
  }
  return caf::none;
}

caf::expected<peer> node_link::implementation::meet(const node_address& at) {
  auto manager = with_tls ? system.openssl_manager().actor_handle()
                          : system.middleman().actor_handle();
  peer result;
  std::set<std::string> interface;
  caf::error error;
  self->request(manager, timeout, caf::connect_atom_v, at.host, at.port)
    .receive(
      [&](const caf::node_id&, caf::strong_actor_ptr& who,
          std::set<std::string>& what) {
        result.who = std::move(who);
        interface = std::move(what);
      },
      [&](caf::error& x) { error = std::move(x); });
  if (error)
    return failure(at, words_of(error));
  if (!result.who)
    return failure(at, "answers nobody at the moment");
  using camnode::looker_actor;
  using camnode::operator_actor;
  if (!system.assignable(interface, system.message_types<looker_actor>()))
    return failure(at, "is of another version of camnode than this camctl");
  result.operates = system.assignable(interface,
                                      system.message_types<operator_actor>());
  result.who->get()->attach_functor(
    [gone = result.gone](const caf::error&) { *gone = true; });
  return result;
}

std::string node_link::implementation::words_of(const caf::error& x) const {
  if (x == caf::sec::request_timeout)
    return "does not answer within " + seconds_text(timeout);
  if (x == caf::sec::cannot_connect_to_node)
    return with_tls ? "is not there, or the TLS certificates do not suit each "
                      "other"
                    : "is not there";
  if (x == caf::sec::incompatible_application_ids
      || x == caf::sec::incompatible_versions)
    return "is of another version of camnode than this camctl";
  if (x == caf::sec::disconnect_during_handshake
      || x == caf::sec::malformed_basp_message)
    return with_tls ? "refuses the connection: do the TLS certificates suit "
                      "each other, and is it a camnode?"
                    : "refuses the connection: is it a camnode of this "
                      "version, and does it want TLS (--cert, --key, --ca)?";
  return "cannot be asked: " + camnode::describe(x);
}

template <class Handle, class Answer, class... Ts>
caf::expected<Answer> node_link::implementation::ask(const node_address& at,
                                                     const Ts&... question) {
  auto found = connect(at);
  if (!found)
    return found.error();
  if (std::is_same<Handle, camnode::operator_actor>::value && !found->operates)
    return failure(at, "lets you look, not operate");
  Answer result;
  caf::error error;
  self->request(caf::actor_cast<Handle>(found->who), timeout, question...)
    .receive([&](Answer& x) { result = std::move(x); },
             [&](caf::error& x) { error = std::move(x); });
  if (!error)
    return result;
  if (error.category() == caf::atom("camnode"))
    return error;
  peers.erase(at.text());
  if (error == caf::sec::request_timeout)
    return failure(at, "does not answer within " + seconds_text(timeout));
  return failure(at, "has gone: " + camnode::describe(error));
}

node_link::node_link(const camnode::tls_files& tls,
                     std::chrono::milliseconds timeout)
  : impl_(std::make_unique<implementation>(tls, timeout)) {
}

node_link::~node_link() = default;

caf::expected<camnode::node_report> node_link::look(const node_address& at) {
  return impl_->ask<camnode::looker_actor, camnode::node_report>(
    at, camnode::look_atom_v);
}

void node_link::forget(const node_address& at) {
  impl_->peers.erase(at.text());
}

caf::expected<std::string> node_link::metrics(const node_address& at) {
  return impl_->ask<camnode::looker_actor, std::string>(
    at, camnode::metrics_atom_v);
}

caf::expected<std::string> node_link::kill(const node_address& at,
                                           const std::string& actor) {
  return impl_->ask<camnode::operator_actor, std::string>(at,
                                                          camnode::kill_atom_v,
                                                          actor);
}

caf::expected<std::string> node_link::record(const node_address& at,
                                             const std::string& payload) {
  return impl_->ask<camnode::operator_actor, std::string>(
    at, camnode::record_atom_v, payload);
}

caf::expected<std::string> node_link::set_level(const node_address& at,
                                                const std::string& level) {
  return impl_->ask<camnode::operator_actor, std::string>(
    at, camnode::log_level_atom_v, level);
}

std::string words_of(const caf::error& x) {
  auto text = camnode::describe(x);
  auto name = to_string(ec::unavailable) + ": ";
  return text.compare(0, name.size(), name) == 0 ? text.substr(name.size())
                                                 : text;
}

} // namespace camctl
