#pragma once

#include "messages/actors.hpp"

#include <caf/actor_system.hpp>

#include <string>
#include <vector>

namespace camnode_test {

/// What the children of a client's supervisor told it.
struct told_by_children {
  std::vector<camnode::server_info> found;
  std::vector<camnode::server_info> lost;
  std::vector<std::string> told_off;
  std::vector<camnode::record_command> commands;
  std::vector<std::string> refusals;
  std::vector<camnode::session_info> sessions;
  std::vector<std::string> truths;
  int stopped = 0;
};

/// Starts a supervisor that keeps what it is told in `kept`, which outlives it.
camnode::client_supervisor_actor spawn_fake_supervisor(caf::actor_system& sys,
                                                       told_by_children& kept);

} // namespace camnode_test
