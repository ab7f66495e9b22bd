#pragma once

#include "messages/server_info.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// Servers that are known by their answers to getIP requests alone: the legacy
/// ones. Pure; times are ns on one steady clock.
class legacy_servers {
public:
  /// How long an answer waits for an announcement from the same IP.
  static constexpr int64_t announcement_wait_ns = 1'000'000'000;

  /// One is gone after this without an answer: three rounds of 15 s and some
  /// time for the last answer.
  static constexpr int64_t answer_timeout_ns = 50'000'000'000;

  /// @param port Where their streams are.
  explicit legacy_servers(uint16_t port) : port_(port) {
  }

  size_t size() const {
    return all_.size();
  }

  /// Takes another answer.
  /// @returns Whether `ip` is known.
  bool answered(const std::string& ip, int64_t now_ns);

  void add(const std::string& ip, int64_t now_ns);

  /// Forgets those that have fallen silent.
  /// @returns Those of them that were listed.
  std::vector<server_info> take_silent(int64_t now_ns);

  /// The IPs of those that have waited long enough and are not listed yet.
  std::vector<std::string> due(int64_t now_ns) const;

  /// Lists a server.
  server_info list(const std::string& ip);
  void drop(const std::string& ip);

  /// Forgets those that have the IP or the id of `by`.
  /// @returns Those of them that were listed.
  std::vector<server_info> take_replaced(const server_info& by);
  std::vector<server_info> listed() const;

private:
  struct entry {
    int64_t first_answer_ns;
    int64_t last_answer_ns;
    bool listed;
  };

  server_info info(const std::string& ip, bool online) const;

  template <class F>
  std::vector<server_info> take_if(F is);

  const uint16_t port_;
  std::map<std::string, entry> all_; ///< By IP.
};

} // namespace camnode
