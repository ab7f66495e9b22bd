#pragma once

#include "actors/discovery/cidr_list.hpp"
#include "actors/discovery/legacy_servers.hpp"
#include "actors/discovery/refused_servers.hpp"
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
    updated, ///< It is still there, with another address, run or camera.
    lost,    ///< It is gone; `server` is as last known, and not online.
  };

  kind what;
  server_info server;
};

using server_events = std::vector<server_event>;

/// What a table goes by.
struct server_table_options {
  cidr_list allowed; ///< Where servers may be.

  /// The servers that frames come from, by the ids that this or an earlier
  /// table gave them, and those that are about to be tried for the first time.
  /// No legacy ones. None: no server is connected.
  using connection_check = std::function<std::vector<server_info>()>;

  connection_check connected = {};

  /// Whether a frame has ever come from the server that is listed by an id.
  /// None: nobody has to make room for others.
  std::function<bool(const std::string& id)> has_heard = {};

  /// Why no camera can have an IP; empty if one may. None: any may be one's.
  std::function<std::string(const std::string& ip)> why_no_camera = {};

  uint16_t legacy_port = 8000; ///< Where the streams of legacy servers are.
};

/// Who is alive, by announcements and by answers to getIP requests. Both may
/// come from one server, which then is known by its announcement alone. A
/// server that only answers is a legacy one: its id is its IP (with `-` for
/// the colons of IPv6, which no id has).
///
/// Two servers may call themselves the same. Whose pictures come under an id
/// keeps it: another run at another address that claims it meanwhile is known
/// by its IP, like a legacy one (with `-` and its port where that is taken),
/// until it is the only one that does. (One that has moved is not kept waiting:
/// the connection to where it was is soon gone.) This holds for a new table,
/// too: of two servers of one id, the broker stores who spoke last, not who is
/// connected.
///
/// Where the table is full, one that never sent a frame makes room, the oldest
/// first, once it had its time. Who is refused is named, see `refused`.
///
/// Each id is in the table once. All times are ns on one steady clock. Not
/// thread safe.
class server_table {
public:
  /// More than any lab has; bounds what strangers on the broker can cause.
  static constexpr size_t max_servers = 256;

  /// How long one that claims another's id waits until it is taken for a
  /// second server: longer than a connection that is dead may look alive.
  static constexpr int64_t claim_wait_ns = 2'500'000'000;

  /// After this without a connection to the first server of an id, a second one
  /// has it: longer than most breaks of a network.
  static constexpr int64_t alone_wait_ns = 30'000'000'000;

  /// How long a server has for its first frame before it makes room.
  static constexpr int64_t try_ns = 5'000'000'000;

  explicit server_table(server_table_options options);

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

  /// Somebody cleared the announcement of `id`.
  void cleared(const std::string& id) {
    refused_.remove(id);
  }

  /// Who is not taken. Its news are to be logged.
  refused_servers& refused() {
    return refused_;
  }

  const refused_servers& refused() const {
    return refused_;
  }

private:
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
  void tell_found(server_info x, server_events& out);
  void tell_lost(server_info x, server_events& out);

  /// Whether a server may be where `x` is; else it is refused.
  /// @param until_ns See `refused_servers`.
  bool admits(const server_info& x, int64_t until_ns = 0);

  /// The other server that is connected by the id of `x`; null if none is.
  const server_info* rival_of(const server_info& x) const;

  /// Whether `x` is another server than the one that is connected by its id.
  bool is_namesake(const server_info& x) const {
    return is_taken(x) && rival_of(x) != nullptr;
  }

  /// Whether another server is known by the id of `x`.
  bool is_taken(const server_info& x) const;
  namesake_map::const_iterator find_namesake(const server_info& x) const;

  /// What an earlier table listed `x` as; empty if it did not.
  std::string earlier_name(const server_info& x) const;

  /// What to list `x` as; empty if all such names are taken.
  std::string free_name(const server_info& x) const;

  /// Whether `x` claims another's id.
  bool is_claim(const server_info& x) const;

  /// Keeps the announcement of a server that claims another's id.
  void take_claim(const server_info& x, server_events& out);

  /// `x` claims no other's id, or not any more.
  void end_claim(const server_info& x, server_events& out);
  void drop_claims_of(const server_info& x);
  void add_claim(const server_info& x, server_events& out);
  void judge_claims(int64_t now_ns, server_events& out);

  /// Gives those their id that are the only ones to have it now.
  void judge_namesakes(int64_t now_ns, server_events& out);
  void add_namesake(const server_info& x, server_events& out);
  void lose_namesake(namesake_map::const_iterator x, server_events& out);

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

  /// Makes room if there is none; without success, refuses `x`.
  bool has_room(const server_info& x, server_events& out, int64_t until_ns = 0);
  bool make_room(server_events& out);
  void refuse_for_room(const server_info& x, int64_t until_ns = 0);

  /// Drops the server that is listed as `name`, as there is no room.
  void drop(const std::string& name, server_events& out);

  const server_table_options options_;
  std::vector<server_info> connected_;           ///< As of the present call.
  std::map<std::string, server_info> announced_; ///< By id; all online.
  legacy_servers legacy_;
  std::map<claim_key, claim> claims_; ///< Not judged yet.
  namesake_map namesakes_;
  std::map<std::string, int64_t> listed_ns_; ///< Since when, by listed id.
  refused_servers refused_;
  int64_t now_ns_ = 0; ///< Of the last tick or answer.
};

} // namespace camnode
