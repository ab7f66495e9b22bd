#include "actors/discovery/server_table.hpp"

#include <algorithm>
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

/// `x` as it is listed while another server has its id.
server_info under_its_ip(server_info x) {
  x.id = id_of_ip(x.ip);
  return x;
}

server_event lost(server_info x) {
  x.online = false;
  return {kind::lost, std::move(x)};
}

} // namespace

server_table::server_table(cidr_list allowed, connection_check is_connected)
  : allowed_(std::move(allowed)), is_connected_(std::move(is_connected)) {
}

server_events server_table::announced(const server_info& x) {
  server_events result;
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
  judge_claims(now_ns, result);
  for (auto i = legacy_.begin(); i != legacy_.end();) {
    auto& [ip, x] = *i;
    if (now_ns - x.last_answer_ns >= answer_timeout_ns) {
      if (x.reported)
        result.push_back({kind::lost, legacy_info(ip, false)});
      i = legacy_.erase(i);
      continue;
    }
    if (!x.reported && now_ns - x.first_answer_ns >= announcement_wait_ns) {
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
  for (const auto& [id, x] : namesakes_)
    result.push_back(under_its_ip(x));
  for (const auto& [ip, x] : legacy_)
    if (x.reported)
      result.push_back(legacy_info(ip, true));
  return result;
}

std::string server_table::namesakes() const {
  std::string result;
  for (const auto& [id, x] : namesakes_)
    result += (result.empty() ? "" : "; ")
              + std::string{"another server calls "} + "itself '" + x.id
              + "', at " + x.ip + ":" + std::to_string(x.port)
              + ": listed and recorded as " + id + "; give it another node.id";
  return result;
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
  return std::any_of(announced_.begin(), announced_.end(), is)
         || namesakes_.count(id_of_ip(ip)) > 0
         || std::any_of(claims_.begin(), claims_.end(), [&](const auto& x) {
              return x.second.server.ip == ip;
            });
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
  if (known != announced_.end() && known->second.epoch == x.epoch)
    lose_announced(x.id, out);
  auto claimed = claims_.find(x.id);
  if (claimed != claims_.end() && claimed->second.server.epoch == x.epoch)
    claims_.erase(claimed);
  for (auto i = namesakes_.begin(); i != namesakes_.end();) {
    if (i->second.id != x.id || i->second.epoch != x.epoch) {
      ++i;
      continue;
    }
    out.push_back(lost(under_its_ip(i->second)));
    i = namesakes_.erase(i);
  }
}

bool server_table::is_namesake(const server_info& x) const {
  auto known = announced_.find(x.id);
  return known != announced_.end() && known->second.epoch != x.epoch
         && !same_address(known->second, x) && is_connected_
         && is_connected_(x.id);
}

bool server_table::is_claim(const server_info& x, server_events& out) {
  if (!is_namesake(x)) {
    auto claimed = claims_.find(x.id);
    if (claimed != claims_.end() && same_address(claimed->second.server, x))
      claims_.erase(claimed);
    return false;
  }
  auto namesake = namesakes_.find(id_of_ip(x.ip));
  if (namesake == namesakes_.end() || namesake->second.id != x.id) {
    claims_[x.id] = {x, 0};
  } else if (namesake->second != x) {
    namesake->second = x;
    out.push_back({kind::updated, under_its_ip(x)});
  }
  return true;
}

void server_table::judge_claims(int64_t now_ns, server_events& out) {
  for (auto& [id, x] : std::exchange(claims_, {})) {
    if (announced_.count(id) == 0 || !is_connected_(id))
      announced_online(x.server, out);
    else if (x.since_ns == 0)
      claims_[id] = {x.server, now_ns};
    else if (now_ns - x.since_ns < claim_wait_ns)
      claims_[id] = x;
    else
      add_namesake(x.server, out);
  }
}

void server_table::add_namesake(const server_info& x, server_events& out) {
  auto listed = under_its_ip(x);
  if (announced_.count(listed.id) > 0 || namesakes_.count(listed.id) > 0)
    return; // One of two at this address: only another node.id helps.
  replace_legacy(listed, out);
  if (!has_room())
    return;
  namesakes_[listed.id] = x;
  out.push_back({kind::found, std::move(listed)});
}

void server_table::lose_announced(const std::string& id, server_events& out) {
  auto known = announced_.find(id);
  if (known == announced_.end())
    return;
  out.push_back(lost(std::move(known->second)));
  announced_.erase(known);
}

void server_table::replace_legacy(const server_info& by, server_events& out) {
  auto namesake = namesakes_.find(id_of_ip(by.ip));
  if (namesake != namesakes_.end() && same_address(namesake->second, by)) {
    out.push_back(lost(under_its_ip(namesake->second)));
    namesakes_.erase(namesake);
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
