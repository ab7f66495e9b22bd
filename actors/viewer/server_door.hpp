#pragma once

#include "actors/base/peer_stream.hpp"
#include "actors/viewer/server_keys.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// Where a server is, and how it is spoken to.
struct server_door {
  std::string ip;
  uint16_t port = 8000;

  /// What the server must call itself, if it says so at all, and what its
  /// certificate must be for, with TLS. Empty: whatever it says.
  std::string expect_id = {};

  bool announces_tls = false;

  /// Null: a legacy server, which is shown no token and speaks no TLS; or there
  /// is nothing to show.
  server_keys_ptr keys = {};
};

/// @returns Why nothing is to be sent to that server, as a sentence; empty
///          where nothing keeps us.
std::string why_shut(const server_door& x);

/// What is wrong where the server answers 401: a sentence.
std::string why_refused(const server_door& x);

/// A GET request with all that the server wants to see.
/// @param fields Further ones, each with its line break.
std::string request_to(const server_door& x, const std::string& target,
                       const std::string& fields = {});

/// @param trouble Why there is no connection, as a sentence; empty if there is
///        one.
/// @param refused Whether that is since the two do not trust each other, which
///        somebody has to change.
using door_opened
  = std::function<void(const std::string& trouble, bool refused)>;

/// Connects `stream`, and has it speak TLS where there are certificates for it.
void open(const std::shared_ptr<peer_stream>& stream,
          const boost::asio::ip::tcp::endpoint& at, const server_door& x,
          door_opened done);

} // namespace camnode
