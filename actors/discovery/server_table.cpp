#include "actors/discovery/server_table.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace camnode {

namespace {

using kind = server_event::kind;

bool same_server(const server_info& x, const server_info& y) {
  return x.epoch == y.epoch || same_address(x, y);
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

} // namespace

server_table::server_table(server_table_options options)
  : options_(std::move(options)), legacy_(options_.legacy_port) {
}

server_events server_table::announced(const server_info& x) {
  server_events result;
  look_at_connections();
  x.online ? announced_online(x, result) : announced_offline(x, result);
  return result;
}

server_events server_table::answered(const std::string& ip, int64_t now_ns) {
  server_events result;
  now_ns_ = std::max(now_ns_, now_ns);
  if (is_announced(ip) || legacy_.answered(ip, now_ns))
    return result;
  auto until_ns = now_ns + legacy_servers::answer_timeout_ns;
  server_info x;
  x.ip = ip;
  x.id = ids_by_address(x)[0];
  if (admits(x, until_ns) && has_room(x, result, until_ns))
    legacy_.add(ip, now_ns);
  return result;
}

server_events server_table::tick(int64_t now_ns) {
  server_events result;
  now_ns_ = now_ns;
  look_at_connections();
  judge_claims(now_ns, result);
  judge_namesakes(now_ns, result);
  for (auto& x : legacy_.take_silent(now_ns))
    tell_lost(std::move(x), result);
  for (auto& ip : legacy_.due(now_ns)) {
    if (is_announced(ip) || adopt_at(ip, result))
      legacy_.drop(ip);
    else
      tell_found(legacy_.list(ip), result);
  }
  refused_.tick(now_ns);
  return result;
}

std::vector<server_info> server_table::servers() const {
  std::vector<server_info> result;
  for (const auto& [id, x] : announced_)
    result.push_back(x);
  for (const auto& [name, x] : namesakes_)
    result.push_back(listed_as(name, x.server));
  for (auto& x : legacy_.listed())
    result.push_back(std::move(x));
  return result;
}

std::string server_table::namesakes() const {
  std::string result;
  for (const auto& [name, x] : namesakes_)
    result += (result.empty() ? "" : "; ") + in_words(name, x.server);
  return result;
}

void server_table::look_at_connections() {
  if (options_.connected)
    connected_ = options_.connected();
}

void server_table::tell_found(server_info x, server_events& out) {
  listed_ns_[x.id] = now_ns_;
  refused_.remove(x.announced_id.empty() ? x.id : x.announced_id);
  out.push_back({kind::found, std::move(x)});
}

void server_table::tell_lost(server_info x, server_events& out) {
  listed_ns_.erase(x.id);
  x.online = false;
  out.push_back({kind::lost, std::move(x)});
}

bool server_table::admits(const server_info& x, int64_t until_ns) {
  auto why = options_.why_no_camera ? options_.why_no_camera(x.ip) : "";
  using reason = refused_servers::reason;
  if (!why.empty())
    refused_.add(reason::address, x.id, x.ip, "that is " + why, until_ns);
  else if (!options_.allowed.contains(x.ip))
    refused_.add(reason::allowed, x.id, x.ip,
                 "that is outside of discovery.allow="
                   + options_.allowed.text(),
                 until_ns);
  else
    return true;
  return false;
}

bool server_table::is_announced(const std::string& ip) const {
  server_info at;
  at.ip = ip;
  auto id = ids_by_address(at)[0];
  auto is = [&](const auto& x) { return x.second.ip == ip || x.first == id; };
  auto has_ip = [&](const auto& x) { return x.second.server.ip == ip; };
  return std::any_of(announced_.begin(), announced_.end(), is)
         || std::any_of(namesakes_.begin(), namesakes_.end(), has_ip)
         || namesakes_.count(id) > 0
         || std::any_of(claims_.begin(), claims_.end(), has_ip);
}

void server_table::announced_online(const server_info& x, server_events& out) {
  if (!admits(x)) {
    auto is = [&](auto& y) { return y.id == x.id; };
    if (std::none_of(connected_.begin(), connected_.end(), is))
      lose_announced(x.id, out);
    return;
  }
  if (is_claim(x))
    return take_claim(x, out);
  end_claim(x, out);
  replace_legacy(x, out);
  auto known = announced_.find(x.id);
  if (known == announced_.end()) {
    if (!has_room(x, out))
      return;
    announced_.emplace(x.id, x);
    return tell_found(x, out);
  }
  refused_.remove(x.id);
  if (known->second != x) {
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
  refused_.remove(x.id);
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

bool server_table::is_taken(const server_info& x) const {
  auto known = announced_.find(x.id);
  return known == announced_.end() ? rival_of(x) != nullptr
                                   : !same_server(known->second, x);
}

server_table::namesake_map::const_iterator
server_table::find_namesake(const server_info& x) const {
  return std::find_if(namesakes_.begin(), namesakes_.end(), [&](auto& i) {
    auto& y = i.second.server;
    return (y.id == x.id || y.id.empty()) && same_server(y, x);
  });
}

bool server_table::is_claim(const server_info& x) const {
  return find_namesake(x) != namesakes_.end() ? is_taken(x) : is_namesake(x);
}

void server_table::take_claim(const server_info& x, server_events& out) {
  auto namesake = find_namesake(x);
  if (namesake == namesakes_.end())
    return add_claim(x, out);
  auto& [name, known] = *namesake;
  if (known.server != x)
    out.push_back({kind::updated, listed_as(name, x)});
  namesakes_[name].server = x;
}

void server_table::end_claim(const server_info& x, server_events& out) {
  if (auto namesake = find_namesake(x); namesake != namesakes_.end())
    lose_namesake(namesake, out);
  claims_.erase(key_of(x));
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
    refuse_for_room(x);
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
  auto names = ids_by_address(x);
  for (auto& y : connected_)
    if (same_address(x, y) && (y.id == names[0] || y.id == names[1]))
      return y.id;
  return {};
}

std::string server_table::free_name(const server_info& x) const {
  for (auto& name : ids_by_address(x)) {
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
    return refuse_for_room(x); // Only another node.id helps.
  replace_legacy(listed_as(name, x), out);
  if (!has_room(x, out))
    return;
  namesakes_[name] = {x, 0};
  tell_found(listed_as(name, x), out);
}

void server_table::lose_namesake(namesake_map::const_iterator x,
                                 server_events& out) {
  tell_lost(listed_as(x->first, x->second.server), out);
  namesakes_.erase(x);
}

void server_table::adopt(server_info x, server_events& out) {
  if (!admits(x) || !has_room(x, out))
    return;
  x.online = true;
  if (earlier_name(x) == x.id)
    namesakes_[x.id] = {listed_as({}, x), 0};
  else
    announced_[x.id] = x;
  tell_found(std::move(x), out);
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
  tell_lost(std::move(known->second), out);
  announced_.erase(known);
}

void server_table::replace_legacy(const server_info& by, server_events& out) {
  for (auto i = namesakes_.begin(); i != namesakes_.end();) {
    auto namesake = i++;
    if (same_address(namesake->second.server, by))
      lose_namesake(namesake, out);
  }
  for (auto& x : legacy_.take_replaced(by))
    tell_lost(std::move(x), out);
}

void server_table::refuse_for_room(const server_info& x, int64_t until_ns) {
  refused_.add(refused_servers::reason::room, x.id, x.ip,
               "there are " + std::to_string(max_servers) + " already",
               until_ns);
}

bool server_table::has_room(const server_info& x, server_events& out,
                            int64_t until_ns) {
  auto size = announced_.size() + namesakes_.size() + legacy_.size();
  if (size < max_servers || make_room(out))
    return true;
  refuse_for_room(x, until_ns);
  return false;
}

bool server_table::make_room(server_events& out) {
  if (!options_.has_heard)
    return false;
  auto oldest = listed_ns_.end();
  for (auto i = listed_ns_.begin(); i != listed_ns_.end(); ++i)
    if (now_ns_ - i->second >= try_ns
        && (oldest == listed_ns_.end() || i->second < oldest->second)
        && !options_.has_heard(i->first))
      oldest = i;
  if (oldest == listed_ns_.end())
    return false;
  drop(std::string{oldest->first}, out);
  return true;
}

void server_table::drop(const std::string& name, server_events& out) {
  auto namesake = namesakes_.find(name);
  for (auto& x : servers()) {
    if (x.id != name)
      continue;
    refuse_for_room(x);
    if (announced_.count(name) > 0)
      return lose_announced(name, out);
    if (namesake != namesakes_.end())
      return lose_namesake(namesake, out);
    legacy_.drop(x.ip);
    return tell_lost(x, out);
  }
  listed_ns_.erase(name);
}

} // namespace camnode
