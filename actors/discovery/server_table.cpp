#include "actors/discovery/server_table.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

using kind = server_event::kind;

server_info legacy_info(const std::string& ip, bool online) {
  server_info result;
  result.id = ip;
  std::replace(result.id.begin(), result.id.end(), ':', '-');
  result.ip = ip;
  result.port = server_table::legacy_port;
  result.online = online;
  result.legacy = true;
  return result;
}

} // namespace

server_table::server_table(cidr_list allowed) : allowed_(std::move(allowed)) {
}

server_events server_table::announced(const server_info& x) {
  server_events result;
  if (x.online) {
    announced_online(x, result);
    return result;
  }
  auto known = announced_.find(x.id);
  if (known != announced_.end() && known->second.epoch == x.epoch)
    lose_announced(x.id, result);
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
  for (const auto& [ip, x] : legacy_)
    if (x.reported)
      result.push_back(legacy_info(ip, true));
  return result;
}

bool server_table::admits(const std::string& ip) {
  if (allowed_.contains(ip))
    return true;
  ++refused_.not_allowed;
  return false;
}

bool server_table::is_announced(const std::string& ip) const {
  auto id = legacy_info(ip, true).id;
  return std::any_of(announced_.begin(), announced_.end(), [&](const auto& x) {
    return x.second.ip == ip || x.first == id;
  });
}

void server_table::announced_online(const server_info& x, server_events& out) {
  if (!admits(x.ip)) {
    lose_announced(x.id, out);
    return;
  }
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

void server_table::lose_announced(const std::string& id, server_events& out) {
  auto known = announced_.find(id);
  if (known == announced_.end())
    return;
  known->second.online = false;
  out.push_back({kind::lost, std::move(known->second)});
  announced_.erase(known);
}

void server_table::replace_legacy(const server_info& by, server_events& out) {
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
  if (announced_.size() + legacy_.size() < max_servers)
    return true;
  ++refused_.table_full;
  return false;
}

} // namespace camnode
