#pragma once

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace camnode {

/// The networks that servers may be in. An IPv4 address written as IPv6
/// (`::ffff:a.b.c.d`) is the IPv4 address.
class cidr_list {
public:
  /// Allows every address.
  cidr_list() = default;

  /// Parses networks in CIDR notation, separated by commas, with blanks around
  /// them allowed: `192.168.0.0/16, fd00::/8`. An address alone is a network
  /// of one; bits after the prefix do not matter; an empty text allows all.
  /// @returns The list, or `ec::bad_configuration` with a reason in one line.
  static caf::expected<cidr_list> parse(std::string_view text);

  /// Whether `ip` is an address in one of the networks, or any address if
  /// there are none.
  bool contains(std::string_view ip) const;

  /// What was parsed.
  const std::string& text() const {
    return text_;
  }

private:
  /// IPv4 addresses are in here as `::ffff:a.b.c.d`.
  using address = std::array<uint8_t, 16>;

  struct network {
    address base;
    unsigned bits; ///< Length of the prefix, of 128.
    bool v4;
  };

  static bool parse_address(std::string_view text, address& out);
  static bool is_v4(const address& x);
  static bool parse_network(std::string_view text, network& out);
  static bool covers(const network& net, const address& x);

  std::string text_;
  std::vector<network> networks_;
};

} // namespace camnode
