#include "actors/discovery/legacy_servers.hpp"

namespace camnode {

server_info legacy_servers::info(const std::string& ip, bool online) const {
  server_info result;
  result.ip = ip;
  result.port = port_;
  result.id = ids_by_address(result)[0];
  result.online = online;
  result.legacy = true;
  return result;
}

bool legacy_servers::answered(const std::string& ip, int64_t now_ns) {
  auto known = all_.find(ip);
  if (known == all_.end())
    return false;
  known->second.last_answer_ns = now_ns;
  return true;
}

void legacy_servers::add(const std::string& ip, int64_t now_ns) {
  all_.emplace(ip, entry{now_ns, now_ns, false});
}

template <class F>
std::vector<server_info> legacy_servers::take_if(F is) {
  std::vector<server_info> result;
  for (auto i = all_.begin(); i != all_.end();) {
    if (!is(i->first, i->second)) {
      ++i;
      continue;
    }
    if (i->second.listed)
      result.push_back(info(i->first, false));
    i = all_.erase(i);
  }
  return result;
}

std::vector<server_info> legacy_servers::take_silent(int64_t now_ns) {
  return take_if([=](auto&, auto& x) {
    return now_ns - x.last_answer_ns >= answer_timeout_ns;
  });
}

std::vector<std::string> legacy_servers::due(int64_t now_ns) const {
  std::vector<std::string> result;
  for (auto& [ip, x] : all_)
    if (!x.listed && now_ns - x.first_answer_ns >= announcement_wait_ns)
      result.push_back(ip);
  return result;
}

server_info legacy_servers::list(const std::string& ip) {
  all_.at(ip).listed = true;
  return info(ip, true);
}

void legacy_servers::drop(const std::string& ip) {
  all_.erase(ip);
}

std::vector<server_info> legacy_servers::take_replaced(const server_info& by) {
  return take_if([&](auto& ip, auto&) {
    return ip == by.ip || info(ip, false).id == by.id;
  });
}

std::vector<server_info> legacy_servers::listed() const {
  std::vector<server_info> result;
  for (auto& [ip, x] : all_)
    if (x.listed)
      result.push_back(info(ip, true));
  return result;
}

} // namespace camnode
