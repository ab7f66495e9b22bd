#include "actors/discovery/cidr_list.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

namespace camnode {

namespace {

constexpr uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

} // namespace

caf::expected<cidr_list> cidr_list::parse(std::string_view text) {
  cidr_list result;
  result.text_ = trim(text);
  std::string_view rest = result.text_;
  while (!rest.empty()) {
    auto comma = std::min(rest.find(','), rest.size());
    auto item = trim(rest.substr(0, comma));
    network net;
    bool dangling = comma + 1 == rest.size();
    if (dangling || !parse_network(item, net))
      return caf::error{ec::bad_configuration,
                        "want networks such as 192.168.0.0/16,fd00::/8, not "
                          + quote(dangling ? rest : item)};
    result.networks_.push_back(net);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return result;
}

bool cidr_list::contains(std::string_view ip) const {
  address x;
  if (!parse_address(ip, x))
    return false;
  return networks_.empty()
         || std::any_of(networks_.begin(), networks_.end(),
                        [&](const network& net) { return covers(net, x); });
}

bool cidr_list::parse_address(std::string_view text, address& out) {
  auto ip = canonical_ip(text);
  if (!ip)
    return false;
  if (inet_pton(AF_INET6, ip->c_str(), out.data()) == 1)
    return true;
  std::copy(std::begin(v4_prefix), std::end(v4_prefix), out.begin());
  return inet_pton(AF_INET, ip->c_str(), out.data() + sizeof(v4_prefix)) == 1;
}

bool cidr_list::is_v4(const address& x) {
  return std::equal(std::begin(v4_prefix), std::end(v4_prefix), x.begin());
}

bool cidr_list::parse_network(std::string_view text, network& out) {
  auto slash = std::min(text.find('/'), text.size());
  auto ip = text.substr(0, slash);
  if (!parse_address(ip, out.base))
    return false;
  unsigned added_bits = ip.find(':') == std::string_view::npos ? 96 : 0;
  out.bits = 128;
  if (slash < text.size()) {
    auto first = text.data() + slash + 1;
    auto last = text.data() + text.size();
    unsigned bits = 0;
    auto [end, err] = std::from_chars(first, last, bits);
    if (err != std::errc{} || end != last || bits > 128 - added_bits)
      return false;
    out.bits = bits + added_bits;
  }
  out.v4 = is_v4(out.base) && out.bits >= 96;
  return true;
}

bool cidr_list::covers(const network& net, const address& x) {
  // `::/0` is every IPv6 address, and no IPv4 address.
  if (net.v4 != is_v4(x))
    return false;
  auto bytes = net.bits / 8;
  if (!std::equal(x.begin(), x.begin() + bytes, net.base.begin()))
    return false;
  auto rest = net.bits % 8;
  return rest == 0 || ((x[bytes] ^ net.base[bytes]) >> (8 - rest)) == 0;
}

} // namespace camnode
