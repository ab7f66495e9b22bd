#pragma once

#include "actors/discovery/cidr_list.hpp"
#include "messages/server_info.hpp"

#include <caf/timespan.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace camnode {

/// What happened to a server.
struct server_event {
  enum class kind {
    found,   ///< It is there; `server` is new to the reader.
    updated, ///< It is still there, with another address, epoch or camera.
    lost,    ///< It is gone; `server` is as last known, and not online.
  };

  kind what;
  server_info server;
};

using server_events = std::vector<server_event>;

/// Who is alive, by announcements and by answers to getIP requests. Both may
/// come from one server, which then is known by its announcement alone. A
/// server that only answers is a legacy one: its id is its IP (with `-` for
/// the colons of IPv6, which no id has), its port 8000.
///
/// Two servers may call themselves the same. Whose pictures come under an id
/// keeps it: another run at another address that claims it meanwhile is known
/// by its IP, like a legacy one (with `-` and its port where that is taken),
/// until it is the only one that does. (One that has moved is not kept waiting:
/// the connection to where it was is soon gone.) This holds for a new table,
/// too: of two servers of one id, the broker stores who spoke last, not who is
/// connected.
///
/// Each id is in the table once. All times are ns on one steady clock. Not
/// thread safe.
class server_table {
public:
  /// More than any lab has; bounds what strangers on the broker can cause.
  static constexpr size_t max_servers = 256;

  /// How long an answer waits for an announcement from the same IP.
  static constexpr int64_t announcement_wait_ns = 1'000'000'000;

  /// A legacy server is gone after this without an answer: three rounds of
  /// 15 s and some time for the last answer.
  static constexpr int64_t answer_timeout_ns = 50'000'000'000;

  /// How long one that claims another's id waits until it is taken for a
  /// second server: longer than a connection that is dead may look alive.
  static constexpr int64_t claim_wait_ns = 2'500'000'000;

  /// After this without a connection to the first server of an id, a second one
  /// has it: longer than most breaks of a network.
  static constexpr int64_t alone_wait_ns = 30'000'000'000;

  /// Where the stream of a legacy server is.
  static constexpr uint16_t legacy_port = 8000;

  struct counters {
    uint64_t not_allowed = 0; ///< Announcements and answers from outside.
    uint64_t table_full = 0;  ///< Announcements and answers beyond the 256.
  };

  /// The servers that frames come from, by the ids that this or an earlier
  /// table gave them, and those that are about to be tried for the first time.
  /// No legacy ones.
  using connection_check = std::function<std::vector<server_info>()>;

  /// @param allowed Where servers may be.
  /// @param connected None: no server is.
  explicit server_table(cidr_list allowed, connection_check connected = {});

  /// Takes a server's announcement. An `offline` is ignored unless its epoch
  /// is the one that the table knows: it may be an earlier run's last will.
  /// @pre `x` comes out of `parse_announcement`.
  server_events announced(const server_info& x);

  /// Takes an answer to a getIP request.
  /// @param ip Out of `parse_ip_answer`.
  server_events answered(const std::string& ip, int64_t now_ns);

  /// Lets time pass: reports legacy servers that nobody announced, and drops
  /// those that have fallen silent. To be called at least once a second.
  server_events tick(int64_t now_ns);

  /// The servers that readers know of, in no particular order.
  std::vector<server_info> servers() const;

  /// Which servers claim ids that others have, in words; empty if none does.
  std::string namesakes() const;

  const counters& refused() const {
    return refused_;
  }

private:
  struct legacy_server {
    int64_t first_answer_ns;
    int64_t last_answer_ns;
    bool reported;
  };

  /// A server that claims the id of another one.
  struct claim {
    server_info server;   ///< As announced.
    int64_t since_ns = 0; ///< When `tick` first saw it.
  };

  /// Id, IP and port.
  using claim_key = std::tuple<std::string, std::string, uint16_t>;

  /// A second server of an id.
  struct second_server {
    server_info server;         ///< As announced; without an id if `adopt`ed.
    int64_t alone_since_ns = 0; ///< When `tick` first saw that the other one is
                                ///< not connected; 0 while it is.
  };

  /// By what they are listed as: their IP, or IP and port.
  using namesake_map = std::map<std::string, second_server>;

  static claim_key key_of(const server_info& x) {
    return {x.id, x.ip, x.port};
  }

  void look_at_connections();
  bool admits(const std::string& ip);

  /// The other server that is connected by the id of `x`; null if none is.
  const server_info* rival_of(const server_info& x) const;

  /// Whether `x` is another server than the one that is connected by its id.
  bool is_namesake(const server_info& x) const;

  /// Whether another server is known by the id of `x`.
  bool is_taken(const server_info& x) const;
  namesake_map::iterator find_namesake(const server_info& x);

  /// What an earlier table listed `x` as; empty if it did not.
  std::string earlier_name(const server_info& x) const;

  /// What to list `x` as; empty if all such names are taken.
  std::string free_name(const server_info& x) const;

  /// Keeps the announcement of a server that claims another's id.
  /// @returns false if `x` does not.
  bool is_claim(const server_info& x, server_events& out);
  void drop_claims_of(const server_info& x);
  void add_claim(const server_info& x, server_events& out);
  void judge_claims(int64_t now_ns, server_events& out);

  /// Gives those their id that are the only ones to have it now.
  void judge_namesakes(int64_t now_ns, server_events& out);
  void add_namesake(const server_info& x, server_events& out);
  void lose_namesake(namesake_map::iterator x, server_events& out);

  /// Lists a connected server that an earlier table knew.
  void adopt(server_info x, server_events& out);

  /// `adopt` for all that are connected at `ip`.
  /// @returns Whether any is.
  bool adopt_at(const std::string& ip, server_events& out);
  void announced_offline(const server_info& x, server_events& out);
  bool is_announced(const std::string& ip) const;
  void announced_online(const server_info& x, server_events& out);
  void lose_announced(const std::string& id, server_events& out);
  void replace_legacy(const server_info& by, server_events& out);
  bool has_room();

  const cidr_list allowed_;
  const connection_check check_connections_;
  std::vector<server_info> connected_;           ///< As of the present call.
  std::map<std::string, server_info> announced_; ///< By id; all online.
  std::map<std::string, legacy_server> legacy_;  ///< By IP.
  std::map<claim_key, claim> claims_;            ///< Not judged yet.
  namesake_map namesakes_;
  counters refused_;
};

} // namespace camnode
