#include "actors/discovery/server_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace camnode {

namespace {

using kind = server_event::kind;

std::string id_of_ip(std::string ip) {
  std::replace(ip.begin(), ip.end(), ':', '-');
  return ip;
}

server_info legacy_info(const std::string& ip, bool online) {
  server_info result;
  result.id = id_of_ip(ip);
  result.ip = ip;
  result.port = server_table::legacy_port;
  result.online = online;
  result.legacy = true;
  return result;
}

bool same_address(const server_info& x, const server_info& y) {
  return x.ip == y.ip && x.port == y.port;
}

bool same_server(const server_info& x, const server_info& y) {
  return x.epoch == y.epoch || same_address(x, y);
}

/// What a server is listed as while another one has its id: the first of these
/// that is free.
std::array<std::string, 2> names_of(const server_info& x) {
  auto ip = id_of_ip(x.ip);
  return {ip, ip + "-" + std::to_string(x.port)};
}

server_info listed_as(const std::string& name, server_info x) {
  x.id = name;
  return x;
}

std::string in_words(const std::string& name, const server_info& x) {
  auto whose = x.id.empty() ? "another server has the id of one that is known"
                            : "another server calls itself '" + x.id + "'";
  return whose + ", at " + x.ip + ":" + std::to_string(x.port)
         + ": listed and recorded as " + name + "; give it another node.id";
}

server_event lost(server_info x) {
  x.online = false;
  return {kind::lost, std::move(x)};
}

} // namespace

server_table::server_table(cidr_list allowed, connection_check connected)
  : allowed_(std::move(allowed)), check_connections_(std::move(connected)) {
}

server_events server_table::announced(const server_info& x) {
  server_events result;
  look_at_connections();
  if (x.online)
    announced_online(x, result);
  else
    announced_offline(x, result);
  return result;
}

server_events server_table::answered(const std::string& ip, int64_t now_ns) {
  if (is_announced(ip) || !admits(ip))
    return {};
  auto known = legacy_.find(ip);
  if (known != legacy_.end())
    known->second.last_answer_ns = now_ns;
  else if (has_room())
    legacy_.emplace(ip, legacy_server{now_ns, now_ns, false});
  return {};
}

server_events server_table::tick(int64_t now_ns) {
  server_events result;
  look_at_connections();
  judge_claims(now_ns, result);
  judge_namesakes(now_ns, result);
  for (auto i = legacy_.begin(); i != legacy_.end();) {
    auto& [ip, x] = *i;
    if (now_ns - x.last_answer_ns >= answer_timeout_ns) {
      if (x.reported)
        result.push_back({kind::lost, legacy_info(ip, false)});
      i = legacy_.erase(i);
      continue;
    }
    if (!x.reported && now_ns - x.first_answer_ns >= announcement_wait_ns) {
      if (is_announced(ip) || adopt_at(ip, result)) {
        i = legacy_.erase(i);
        continue;
      }
      x.reported = true;
      result.push_back({kind::found, legacy_info(ip, true)});
    }
    ++i;
  }
  return result;
}

std::vector<server_info> server_table::servers() const {
  std::vector<server_info> result;
  for (const auto& [id, x] : announced_)
    result.push_back(x);
  for (const auto& [name, x] : namesakes_)
    result.push_back(listed_as(name, x.server));
  for (const auto& [ip, x] : legacy_)
    if (x.reported)
      result.push_back(legacy_info(ip, true));
  return result;
}

std::string server_table::namesakes() const {
  std::string result;
  for (const auto& [name, x] : namesakes_)
    result += (result.empty() ? "" : "; ") + in_words(name, x.server);
  return result;
}

void server_table::look_at_connections() {
  if (check_connections_)
    connected_ = check_connections_();
}

bool server_table::admits(const std::string& ip) {
  if (allowed_.contains(ip))
    return true;
  ++refused_.not_allowed;
  return false;
}

bool server_table::is_announced(const std::string& ip) const {
  auto is = [&](const auto& x) {
    return x.second.ip == ip || x.first == id_of_ip(ip);
  };
  auto has_ip = [&](const auto& x) { return x.second.server.ip == ip; };
  return std::any_of(announced_.begin(), announced_.end(), is)
         || std::any_of(namesakes_.begin(), namesakes_.end(), has_ip)
         || namesakes_.count(id_of_ip(ip)) > 0
         || std::any_of(claims_.begin(), claims_.end(), has_ip);
}

void server_table::announced_online(const server_info& x, server_events& out) {
  if (!admits(x.ip)) {
    if (!is_namesake(x))
      lose_announced(x.id, out);
    return;
  }
  if (is_claim(x, out))
    return;
  replace_legacy(x, out);
  auto known = announced_.find(x.id);
  if (known == announced_.end()) {
    if (!has_room())
      return;
    announced_.emplace(x.id, x);
    out.push_back({kind::found, x});
  } else if (known->second != x) {
    known->second = x;
    out.push_back({kind::updated, x});
  }
}

void server_table::announced_offline(const server_info& x, server_events& out) {
  auto known = announced_.find(x.id);
  if (known != announced_.end() && known->second.epoch == x.epoch) {
    known->second.goodbye = x.goodbye;
    lose_announced(x.id, out);
  }
  drop_claims_of(x);
  for (auto i = namesakes_.begin(); i != namesakes_.end();) {
    auto namesake = i++;
    auto& y = namesake->second.server;
    if ((y.id == x.id || y.id.empty()) && y.epoch == x.epoch) {
      y.goodbye = x.goodbye;
      lose_namesake(namesake, out);
    }
  }
}

const server_info* server_table::rival_of(const server_info& x) const {
  auto i = std::find_if(connected_.begin(), connected_.end(), [&](auto& y) {
    return y.id == x.id && !same_server(y, x);
  });
  return i == connected_.end() ? nullptr : &*i;
}

bool server_table::is_namesake(const server_info& x) const {
  auto known = announced_.find(x.id);
  return (known == announced_.end() || !same_server(known->second, x))
         && rival_of(x) != nullptr;
}

bool server_table::is_taken(const server_info& x) const {
  auto known = announced_.find(x.id);
  return known == announced_.end() ? rival_of(x) != nullptr
                                   : !same_server(known->second, x);
}

server_table::namesake_map::iterator
server_table::find_namesake(const server_info& x) {
  return std::find_if(namesakes_.begin(), namesakes_.end(), [&](auto& i) {
    auto& y = i.second.server;
    return (y.id == x.id || y.id.empty()) && same_server(y, x);
  });
}

bool server_table::is_claim(const server_info& x, server_events& out) {
  auto namesake = find_namesake(x);
  if (namesake != namesakes_.end() && is_taken(x)) {
    if (namesake->second.server != x)
      out.push_back({kind::updated, listed_as(namesake->first, x)});
    namesake->second.server = x;
    return true;
  }
  if (namesake != namesakes_.end())
    lose_namesake(namesake, out);
  if (is_namesake(x)) {
    add_claim(x, out);
    return true;
  }
  claims_.erase(key_of(x));
  return false;
}

void server_table::drop_claims_of(const server_info& x) {
  for (auto i = claims_.begin(); i != claims_.end();) {
    auto& y = i->second.server;
    i = y.id == x.id && y.epoch == x.epoch ? claims_.erase(i) : std::next(i);
  }
}

void server_table::add_claim(const server_info& x, server_events& out) {
  if (!earlier_name(x).empty())
    return add_namesake(x, out);
  auto known = claims_.find(key_of(x));
  auto since_ns = int64_t{0};
  if (known != claims_.end() && known->second.server.epoch == x.epoch)
    since_ns = known->second.since_ns; // It only says more of itself.
  else
    drop_claims_of(x); // It has moved.
  if (known != claims_.end() || claims_.size() < max_servers)
    claims_[key_of(x)] = {x, since_ns};
  else
    ++refused_.table_full;
}

void server_table::judge_claims(int64_t now_ns, server_events& out) {
  for (auto& [key, x] : std::exchange(claims_, {})) {
    if (x.since_ns == 0)
      x.since_ns = now_ns;
    if (!is_namesake(x.server))
      announced_online(x.server, out);
    else if (now_ns - x.since_ns < claim_wait_ns)
      claims_[key] = x;
    else
      add_namesake(x.server, out);
  }
}

void server_table::judge_namesakes(int64_t now_ns, server_events& out) {
  std::vector<server_info> alone;
  for (auto& [name, x] : namesakes_) {
    if (x.server.id.empty() || rival_of(x.server) != nullptr)
      x.alone_since_ns = 0;
    else if (x.alone_since_ns == 0)
      x.alone_since_ns = now_ns;
    else if (now_ns - x.alone_since_ns >= alone_wait_ns)
      announced_.erase(x.server.id);
    if (!x.server.id.empty() && !is_taken(x.server))
      alone.push_back(x.server);
  }
  for (auto& x : alone)
    announced_online(x, out);
}

std::string server_table::earlier_name(const server_info& x) const {
  auto names = names_of(x);
  for (auto& y : connected_)
    if (same_address(x, y) && (y.id == names[0] || y.id == names[1]))
      return y.id;
  return {};
}

std::string server_table::free_name(const server_info& x) const {
  for (auto& name : names_of(x)) {
    auto has_it = [&](auto& y) { return y.id == name && !same_address(x, y); };
    if (announced_.count(name) == 0 && namesakes_.count(name) == 0
        && std::none_of(connected_.begin(), connected_.end(), has_it))
      return name;
  }
  return {};
}

void server_table::add_namesake(const server_info& x, server_events& out) {
  auto rival = rival_of(x);
  if (announced_.count(x.id) == 0 && rival != nullptr)
    adopt(*rival, out);
  auto name = earlier_name(x);
  if (name.empty() || announced_.count(name) > 0 || namesakes_.count(name) > 0)
    name = free_name(x);
  if (name.empty())
    return; // Only another node.id helps.
  replace_legacy(listed_as(name, x), out);
  if (!has_room())
    return;
  namesakes_[name] = {x, 0};
  out.push_back({kind::found, listed_as(name, x)});
}

void server_table::lose_namesake(namesake_map::iterator x, server_events& out) {
  out.push_back(lost(listed_as(x->first, x->second.server)));
  namesakes_.erase(x);
}

void server_table::adopt(server_info x, server_events& out) {
  if (!allowed_.contains(x.ip) || !has_room())
    return;
  x.online = true;
  if (earlier_name(x) == x.id)
    namesakes_[x.id] = {listed_as({}, x), 0};
  else
    announced_[x.id] = x;
  out.push_back({kind::found, std::move(x)});
}

bool server_table::adopt_at(const std::string& ip, server_events& out) {
  auto result = false;
  for (auto& x : connected_) {
    if (x.ip != ip)
      continue;
    result = true;
    if (announced_.count(x.id) == 0 && namesakes_.count(x.id) == 0)
      adopt(x, out);
  }
  return result;
}

void server_table::lose_announced(const std::string& id, server_events& out) {
  auto known = announced_.find(id);
  if (known == announced_.end())
    return;
  out.push_back(lost(std::move(known->second)));
  announced_.erase(known);
}

void server_table::replace_legacy(const server_info& by, server_events& out) {
  for (auto i = namesakes_.begin(); i != namesakes_.end();) {
    auto namesake = i++;
    if (same_address(namesake->second.server, by))
      lose_namesake(namesake, out);
  }
  for (auto i = legacy_.begin(); i != legacy_.end();) {
    auto info = legacy_info(i->first, false);
    if (info.ip != by.ip && info.id != by.id) {
      ++i;
      continue;
    }
    if (i->second.reported)
      out.push_back({kind::lost, std::move(info)});
    i = legacy_.erase(i);
  }
}

bool server_table::has_room() {
  if (announced_.size() + namesakes_.size() + legacy_.size() < max_servers)
    return true;
  ++refused_.table_full;
  return false;
}

} // namespace camnode
