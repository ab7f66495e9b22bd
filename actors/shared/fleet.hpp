#pragma once

#include "actors/shared/frame_ring.hpp"
#include "actors/shared/recording_ledger.hpp"
#include "actors/shared/viewer_board.hpp"
#include "messages/server_info.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace camnode {

/// What is known of one server and kept for it: all that its viewer and its
/// recorder share, and that outlives both.
struct fleet_member {
  server_info server;
  std::shared_ptr<frame_ring> ring;
  viewer_board_ptr board; ///< Of its viewer.
  recording_ledger_ptr ledger;

  /// The server with the address and the run that frames come from, if they
  /// do: it may be announced elsewhere meanwhile.
  server_info as_connected() const {
    return as_connected(board->look());
  }

  /// @param x What the board says.
  server_info as_connected(const viewer_figures& x) const {
    auto result = server;
    if (!x.connected || x.ip.empty())
      return result;
    result.ip = x.ip;
    result.port = x.port;
    if (x.told_epoch != 0)
      result.epoch = x.told_epoch;
    return result;
  }

  /// Whether it is to be there: in `record.expect`.
  bool expected = false;

  /// Whether it was ended by somebody, and nobody misses it.
  bool is_gone() const {
    return is_gone(board->look());
  }

  bool is_gone(const viewer_figures& x) const {
    return server.goodbye && !expected && !x.connected;
  }
};

/// The servers that a client deals with. Any thread.
class fleet {
public:
  /// Adds a server, or changes what is known of it.
  void put(fleet_member x) {
    std::lock_guard<std::mutex> guard{mutex_};
    auto i = find(x.server.id);
    if (i == members_.end())
      members_.push_back(std::move(x));
    else
      *i = std::move(x);
  }

  void remove(const std::string& id) {
    std::lock_guard<std::mutex> guard{mutex_};
    auto i = find(id);
    if (i != members_.end())
      members_.erase(i);
  }

  /// In the order of their ids.
  std::vector<fleet_member> look() const {
    std::vector<fleet_member> result;
    {
      std::lock_guard<std::mutex> guard{mutex_};
      result = members_;
    }
    std::sort(result.begin(), result.end(), [](const auto& x, const auto& y) {
      return x.server.id < y.server.id;
    });
    return result;
  }

  /// Those that frames come from, and those whose viewer has never failed yet,
  /// as that of a session that goes on when the client starts. No legacy ones,
  /// none of unknown address.
  std::vector<server_info> connected() const {
    std::lock_guard<std::mutex> guard{mutex_};
    std::vector<server_info> result;
    for (auto& x : members_) {
      auto viewer = x.board->look();
      auto holds = viewer.connected || viewer.last_error.empty();
      if (holds && !x.server.legacy && !x.server.ip.empty())
        result.push_back(x.as_connected());
    }
    return result;
  }

  /// Whether a frame has ever come from server `id`, be it to the process
  /// before this one.
  bool has_heard(const std::string& id) const {
    std::lock_guard<std::mutex> guard{mutex_};
    return std::any_of(members_.begin(), members_.end(), [&](const auto& x) {
      return x.server.id == id
             && (x.board->look().frames > 0 || x.ledger->look().written > 0);
    });
  }

private:
  std::vector<fleet_member>::iterator find(const std::string& id) {
    return std::find_if(members_.begin(), members_.end(),
                        [&](const auto& x) { return x.server.id == id; });
  }

  mutable std::mutex mutex_;
  std::vector<fleet_member> members_;
};

} // namespace camnode
